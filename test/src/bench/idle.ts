import { setTimeout as sleep } from 'node:timers/promises';
import { startStack } from '@rollcall/local';
import { untilIngestReads } from './ingest-reads.ts';
import { LogOfEvents } from './log-of-events.ts';
import { cpuOf } from './process-usage.ts';

/** As in production. */
const PARTITIONS = 16;
/** The default of ingest. The local stack has a shorter one, for which ingest looks at the ownership ten times as often. */
const PARTITION_OWNERSHIP_EXPIRY = '60s';
/** Seconds until what a start and the first events leave behind is done. */
const SETTLING = 30;

export interface IdleRun {
  /** Percent of a core. */
  readonly percent: number;
}

/** The whole stack with nothing to do, 16 partitions in the event hub and in the log. Gives the runs by service, of so many seconds each. */
export async function idle({
  rounds,
  seconds,
}: {
  readonly rounds: number;
  readonly seconds: number;
}): Promise<ReadonlyMap<string, readonly IdleRun[]>> {
  const stack = await startStack({ parts: ['kafka', 'redis', 'azurite'] });
  try {
    const add = (part: 'eventhubs' | 'mqtt' | 'ingest' | 'projector') =>
      stack.add(part, {
        as: `idle-${part}`,
        env: { PARTITIONS: String(PARTITIONS), EVENTHUBS_PARTITIONS: String(PARTITIONS), PARTITION_OWNERSHIP_EXPIRY },
      });
    const sources = [add('eventhubs'), add('mqtt')];
    const services = new Map([
      ['ingest', add('ingest')],
      ['projector', add('projector')],
    ]);
    for (const part of [...sources, ...services.values()]) await part.start();
    const log = new LogOfEvents(stack.kafkaBrokers, PARTITIONS);
    await untilIngestReads(stack, log, 0);
    await log.close();
    await sleep(SETTLING * 1_000);
    const runs = new Map([...services.keys()].map((name) => [name, [] as IdleRun[]]));
    for (let round = 1; round <= rounds; round++) {
      const [began, before] = [performance.now(), [...services.values()].map(cpuOf)];
      await sleep(seconds * 1_000);
      const taken = (performance.now() - began) / 1_000;
      for (const [at, [name, part]] of [...services].entries())
        runs.get(name)?.push({ percent: (100 * (cpuOf(part) - (before[at] ?? 0))) / taken });
    }
    return runs;
  } finally {
    await stack.stop();
  }
}
