import { startStack } from '@rollcall/local';
import { type FoldRun, watchFold } from './fold-run.ts';
import { BAR_RATE, type LatencyRun, measureLatency } from './latency.ts';
import { LogOfEvents } from './log-of-events.ts';
import { totalPeakMegabytes } from './process-usage.ts';
import { projectors } from './projectors.ts';
import { load } from './query/load.ts';
import { withoutAppendOnlyFile } from './redis-settings.ts';
import { atRandom, SessionEvents } from './session-events.ts';

/** Sequence numbers of one round: half for what waits, half for the latency. Those of the loaded fleet are below. */
const NUMBERS_PER_ROUND = 2_000_000;
/** All rounds are one life of the log. */
const PROJECTOR = projectors(1, { sharedGroup: 'rollcall-projector' });

export interface ScaleOptions {
  /** Clients in Redis, of each fleet. */
  readonly fleets: readonly number[];
  /** Events per round. */
  readonly events: number;
  readonly partitions: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

export interface ScaleRun {
  readonly fold: FoldRun;
  readonly latency: LatencyRun;
  /** The projector's peak, over both. */
  readonly megabytes: number;
}

/** For each fleet a stack with so many clients in Redis; in each round a new projector goes on from there, through events that wait and then
 *  through a steady load, of any clients. The first one, while the broker is new, does not count. Gives the runs by size. */
export async function scale(options: ScaleOptions): Promise<ReadonlyMap<number, readonly ScaleRun[]>> {
  const runs = new Map<number, ScaleRun[]>();
  for (const clients of options.fleets) runs.set(clients, await ofFleet(clients, options));
  return runs;
}

async function ofFleet(clients: number, { events: count, partitions, rounds, seconds, say }: ScaleOptions): Promise<ScaleRun[]> {
  const stack = await startStack({ parts: ['kafka', 'redis'] });
  const log = new LogOfEvents(stack.kafkaBrokers, partitions);
  const runs: ScaleRun[] = [];
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    await log.create();
    await load(stack.redisUrl, clients, partitions, say);
    say(`scale: ${clients.toLocaleString('en')} clients are in Redis`);
    for (let round = 0; round <= rounds; round++) {
      const firstNumber = (round + 1) * NUMBERS_PER_ROUND;
      await log.append(new SessionEvents(firstNumber).of(atRandom(count, clients, round)));
      const folding = await PROJECTOR.start({ stack, log }, String(round));
      try {
        const fold = await watchFold(stack, folding, await log.ends(), count);
        if (round === 0) continue;
        const steady = { clients, rate: BAR_RATE, seconds, firstNumber: firstNumber + NUMBERS_PER_ROUND / 2, through: 'log' } as const;
        const latency = await measureLatency({ stack, log }, folding, steady);
        const megabytes = totalPeakMegabytes(folding.pids());
        runs.push({ fold, latency, megabytes });
        say(`scale: round ${round} of ${rounds}, ${fold.cpuPerEvent.toFixed(1)} µs of CPU an event`);
        if (round === rounds) await folding.verify({ changes: await log.count(), clients });
      } finally {
        await folding.stop();
      }
    }
  } finally {
    await log.close();
    await stack.stop();
  }
  return runs;
}
