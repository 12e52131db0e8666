import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedStack } from '@rollcall/local';
import type { Folding } from './folding.ts';
import { cpuOf, totalCpuSeconds, totalPeakMegabytes } from './process-usage.ts';

/** How often it asks whether all is done, in milliseconds: the resolution of the end. */
const ASK_EVERY = 25;
const LONGEST = 600_000;

/** From the first record to the end: the group has committed all, and all of it is in Redis. Start-up is not in it, of nobody. */
export interface FoldRun {
  readonly eventsPerSecond: number;
  /** Of the folding program, in microseconds of processor time. */
  readonly cpuPerEvent: number;
  /** Seconds of processor time. */
  readonly cpu: number;
  readonly brokerCpu: number;
  readonly redisCpu: number;
  /** Peak of all its processes, each since its start. */
  readonly megabytes: number;
}

/** Watches a contender until it has folded everything up to `ends`, of which `count` events were waiting. */
export async function watchFold(stack: StartedStack, folding: Folding, ends: ReadonlyMap<number, bigint>, count: number): Promise<FoldRun> {
  const usage = () => ({ cpu: totalCpuSeconds(folding.pids()), broker: cpuOf(stack.part('kafka')), redis: cpuOf(stack.part('redis')) });
  const first = await within(LONGEST, folding.first);
  const before = usage();
  while (!(await folding.isDone(ends))) {
    if (Date.now() - first > LONGEST) throw new Error('the log was not folded within ten minutes');
    await sleep(ASK_EVERY);
  }
  const seconds = (Date.now() - first) / 1_000;
  const after = usage();
  const cpu = after.cpu - before.cpu;
  return {
    eventsPerSecond: count / seconds,
    cpuPerEvent: (cpu * 1_000_000) / count,
    cpu,
    brokerCpu: after.broker - before.broker,
    redisCpu: after.redis - before.redis,
    megabytes: totalPeakMegabytes(folding.pids()),
  };
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error('no record was folded within ten minutes');
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
