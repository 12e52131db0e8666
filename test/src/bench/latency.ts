import { setTimeout as sleep } from 'node:timers/promises';
import { type PartName, startStack } from '@rollcall/local';
import { timeFromMilliseconds } from '@rollcall/schema';
import { runProgram } from './child-program.ts';
import { type Contender, type Folding, type FoldingPlace, ResultWrong } from './folding.ts';
import type { GeneratorOptions } from './generator.ts';
import { untilIngestReads } from './ingest-reads.ts';
import { LogOfEvents } from './log-of-events.ts';
import type { Percentiles } from './percentiles.ts';
import type { ProberOptions, Seen } from './prober.ts';
import { totalCpuSeconds } from './process-usage.ts';
import { withoutAppendOnlyFile } from './redis-settings.ts';
import type { ScheduleOptions } from './schedule.ts';
import { SessionEvents } from './session-events.ts';
import type { SubscriberOptions } from './subscriber.ts';
import { PEER, ROLLCALL } from './throughput.ts';

/** The rate that has bars, and at which the peer is measured. */
export const BAR_RATE = 1_000;
/** Above any number that the loaded fleet has had, and so far apart that no run reaches the next. */
const NUMBERS_PER_RUN = 1_000_000;
/** Seconds of load before anything is measured: for the first minute a new broker's JIT compiler takes half a core, after two it has come to rest. */
export const WARM_UP = 150;
/** The same where the broker is not new. */
export const WARM_UP_AGAIN = 30;
/** Milliseconds in which the three programs must be ready. */
const READY_WITHIN = 5_000;

export interface LatencyOptions {
  readonly clients: number;
  readonly partitions: number;
  readonly rounds: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly peer: boolean;
  readonly through: 'log' | 'event-hubs';
  readonly say: (line: string) => void;
}

export interface LatencyRun {
  readonly acknowledged: Percentiles;
  readonly redis: Percentiles;
  readonly subscriber: Percentiles;
  /** Of the folding program, in microseconds. */
  readonly cpuPerEvent: number;
}

export function subjectOf({ name }: Contender, rate: number): string {
  return `${name}, ${rate.toLocaleString('en')}/s`;
}

/** In each round each contender has a stack of its own, and on it one rate after the other. Gives the runs by contender and rate. */
export async function latency(options: LatencyOptions): Promise<ReadonlyMap<string, readonly LatencyRun[]>> {
  const { rounds, rates, peer, through, say } = options;
  const contenders = [{ contender: ROLLCALL, rates }, ...(peer && through === 'log' ? [{ contender: PEER, rates: [BAR_RATE] }] : [])];
  const subjects = contenders.flatMap(({ contender, rates: own }) => own.map((rate) => subjectOf(contender, rate)));
  const runs = new Map(subjects.map((subject) => [subject, [] as LatencyRun[]]));
  for (let round = 1; round <= rounds; round++) {
    for (const { contender, rates: own } of contenders) {
      await onFreshStack(contender, options, async (place, folding) => {
        for (const [at, rate] of own.entries()) {
          const warmUp = at === 0 ? WARM_UP : WARM_UP_AGAIN;
          const run = await measureLatency(place, folding, { ...options, rate, warmUp, firstNumber: (at + 1) * NUMBERS_PER_RUN });
          const subject = subjectOf(contender, rate);
          runs.get(subject)?.push(run);
          say(`latency: round ${round} of ${rounds}, ${subject}: p99 ${run.redis.p99.toFixed(1)} ms to Redis`);
        }
      });
    }
  }
  return runs;
}

async function onFreshStack(
  contender: Contender,
  { partitions, clients, through }: LatencyOptions,
  measure: (place: FoldingPlace, folding: Folding) => Promise<void>,
): Promise<void> {
  const sources: PartName[] = through === 'event-hubs' ? ['azurite', 'eventhubs'] : [];
  const stack = await startStack({ parts: ['kafka', 'redis', ...sources] });
  const log = new LogOfEvents(stack.kafkaBrokers, partitions);
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    await log.create();
    if (through === 'event-hubs') await stack.add('ingest', { as: 'bench-ingest', env: { PARTITIONS: String(partitions) } }).start();
    const folding = await contender.start({ stack, log }, 'latency');
    try {
      await untilItFolds(log, folding);
      if (through === 'event-hubs') await untilIngestReads(stack, log, clients);
      await measure({ stack, log }, folding);
    } finally {
      await folding.stop();
    }
  } finally {
    await log.close();
    await stack.stop();
  }
}

/** A contender may not say that it is ready before it has folded something. */
async function untilItFolds(log: LogOfEvents, folding: Folding): Promise<void> {
  await log.append([new SessionEvents(1).next(0, timeFromMilliseconds(Date.now()))]);
  await folding.first;
  const ends = await log.ends();
  while (!(await folding.isDone(ends))) await sleep(100);
}

/** Events at a steady rate, a prober and a subscriber, each a process of its own. Throws ResultWrong if an event did not arrive. */
export async function measureLatency(
  { stack, log }: FoldingPlace,
  folding: Folding,
  options: Pick<LatencyOptions, 'clients' | 'seconds' | 'through'> & {
    readonly rate: number;
    readonly warmUp: number;
    readonly firstNumber: number;
  },
): Promise<LatencyRun> {
  const { clients, seconds, rate, warmUp, firstNumber, through } = options;
  const schedule: ScheduleOptions = { start: Date.now() + READY_WITHIN, rate, warmUp, seconds, clients };
  const { kafkaBrokers } = stack;
  const { partitions } = log;
  const { writtenBy, derivedTopic } = folding;
  const eventHubs = through === 'event-hubs' ? stack.eventHubsConnectionString : undefined;
  const before = totalCpuSeconds(folding.pids());
  const [acknowledged, redis, subscriber] = await Promise.all([
    runProgram<GeneratorOptions, Percentiles>('generator', { schedule, kafkaBrokers, partitions, eventHubs, firstNumber }),
    runProgram<ProberOptions, Seen>('prober', { schedule, redisPort: stack.ports.redis, partitions, writtenBy }),
    runProgram<SubscriberOptions, Seen>('subscriber', { schedule, kafkaBrokers, derivedTopic }),
  ]);
  const cpu = totalCpuSeconds(folding.pids()) - before;
  if (redis.missing > 0) throw new ResultWrong(`${redis.missing} sampled events did not come to Redis`);
  if (subscriber.missing > 0) throw new ResultWrong(`${subscriber.missing} events did not come to the subscriber`);
  const cpuPerEvent = (cpu * 1_000_000) / ((warmUp + seconds) * rate);
  return { acknowledged, redis: redis.latency, subscriber: subscriber.latency, cpuPerEvent };
}
