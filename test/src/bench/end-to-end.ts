import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningPart, startStack } from '@rollcall/local';
import { runProgram } from './child-program.ts';
import { partCpu } from './fold-run.ts';
import { PATHFINDERS, untilIngestReads } from './ingest-reads.ts';
import { LogOfEvents } from './log-of-events.ts';
import { cpuSeconds, totalCpuSeconds } from './process-usage.ts';
import type { SenderOptions, Sent } from './sender.ts';
import { ROLLCALL } from './throughput.ts';

/** How often it asks whether all is done, in milliseconds. */
const ASK_EVERY = 25;
const LONGEST = 600_000;

export interface EndToEndOptions {
  readonly events: number;
  readonly clients: number;
  readonly partitions: number;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

/** Seconds of processor time, from before the first event is sent. */
export interface EndToEndRun {
  readonly eventsPerSecond: number;
  readonly ingest: number;
  readonly projector: number;
  readonly broker: number;
  readonly redis: number;
  /** Of what stands for Azure and for a fleet. */
  readonly emulator: number;
  readonly sender: number;
}

/** From the first event sent to the Event Hubs emulator, through ingest and projector, until all are committed and in Redis. Each run has a stack
 *  of its own. Throws ResultWrong. */
export async function endToEnd(options: EndToEndOptions): Promise<readonly EndToEndRun[]> {
  const runs: EndToEndRun[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const run = await once(options);
    runs.push(run);
    options.say(`end-to-end: round ${round} of ${options.rounds}: ${Math.round(run.eventsPerSecond).toLocaleString('en')}/s`);
  }
  return runs;
}

async function once({ events, clients, partitions }: EndToEndOptions): Promise<EndToEndRun> {
  const env = { EVENTHUBS_RETAINED_EVENTS: String(events) };
  const stack = await startStack({ parts: ['kafka', 'redis', 'azurite', 'eventhubs'], env });
  const log = new LogOfEvents(stack.kafkaBrokers, partitions);
  try {
    await log.create();
    const folding = await ROLLCALL.start({ stack, log }, 'end-to-end');
    const ingest = stack.add('ingest', { as: 'bench-ingest', env: { PARTITIONS: String(partitions) } });
    try {
      await Promise.all([ingest.start(), folding.first]);
      await untilIngestReads(stack, log, clients);
      const usage = () => ({
        ingest: cpuOf(ingest),
        projector: totalCpuSeconds(folding.pids()),
        broker: partCpu(stack, 'kafka'),
        redis: partCpu(stack, 'redis'),
        emulator: partCpu(stack, 'eventhubs'),
      });
      const before = usage();
      const sending = runProgram<SenderOptions, Sent>('sender', { eventHubs: stack.eventHubsConnectionString, events, clients });
      // It is awaited below; if it fails before, nothing arrives.
      sending.catch(() => {});
      const arrived = await untilDone(log, PATHFINDERS + events, (ends) => folding.isDone(ends), sending);
      const after = usage();
      const { first, cpu, ...fleet } = await sending;
      // Pathfinders are connected once.
      const [changes, known, online] = [events, fleet.clients, fleet.online].map((count) => count + PATHFINDERS) as [
        number,
        number,
        number,
      ];
      await folding.verify({ changes, clients: known, online });
      return {
        eventsPerSecond: events / ((arrived - first) / 1_000),
        ingest: after.ingest - before.ingest,
        projector: after.projector - before.projector,
        broker: after.broker - before.broker,
        redis: after.redis - before.redis,
        emulator: after.emulator - before.emulator,
        sender: cpu,
      };
    } finally {
      await ingest.stop();
      await folding.stop();
    }
  } finally {
    await log.close();
    await stack.stop();
  }
}

/** When it was done, in milliseconds since 1970. Throws what `sending` does. */
async function untilDone(
  log: LogOfEvents,
  events: number,
  isDone: (ends: ReadonlyMap<number, bigint>) => Promise<boolean>,
  sending: Promise<unknown>,
): Promise<number> {
  let failure: unknown;
  sending.catch((error) => {
    failure = error;
  });
  const latest = Date.now() + LONGEST;
  while (failure === undefined && Date.now() < latest) {
    if ((await log.count()) >= events && (await isDone(await log.ends()))) return Date.now();
    await sleep(ASK_EVERY);
  }
  throw failure ?? new Error('the events did not arrive within ten minutes');
}

function cpuOf({ name, pid }: RunningPart): number {
  if (pid === undefined) throw new Error(`${name} has ended`);
  return cpuSeconds(pid);
}
