import { setTimeout as sleep } from 'node:timers/promises';
import type { Question } from './questions.ts';

/** Of one round, in milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly asked: number;
}

/** Asks so often for so long. A question that has to wait for the one before it has waited: its time counts from when it was due. */
export async function askFor(seconds: number, perSecond: number, ask: Question): Promise<Latencies> {
  const taken: number[] = [];
  const start = performance.now();
  for (let n = 0; n < seconds * perSecond; n++) {
    let from = start + (n * 1_000) / perSecond;
    if (from > performance.now()) {
      await sleep(from - performance.now());
      // A timer's own lateness is not the answer's.
      from = performance.now();
    }
    if (await ask()) taken.push(performance.now() - from);
  }
  if (taken.length === 0) throw new Error('no answer was of the size that is measured');
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), asked: taken.length };
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}
