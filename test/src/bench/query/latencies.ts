import type { Question } from './questions.ts';

/** Of one round, in milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly asked: number;
}

/** Asks one question after the other for so long. */
export async function askFor(seconds: number, ask: Question): Promise<Latencies> {
  const taken: number[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let began = performance.now(); began < end; began = performance.now()) {
    if (await ask()) taken.push(performance.now() - began);
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
