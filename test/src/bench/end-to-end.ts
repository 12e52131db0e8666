import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningPart, startStack } from '@rollcall/local';
import { runProgram } from './child-program.ts';
import type { Folding, FoldingPlace } from './folding.ts';
import { PATHFINDERS, untilIngestReads } from './ingest-reads.ts';
import { LogOfEvents } from './log-of-events.ts';
import { cpuOf, totalCpuSeconds } from './process-usage.ts';
import { withoutAppendOnlyFile } from './redis-settings.ts';
import type { SenderOptions, Sent } from './sender.ts';
import { ROLLCALL } from './throughput.ts';

/** How often it asks whether all is done, in milliseconds. */
const ASK_EVERY = 25;
const LONGEST = 600_000;
/** Sequence numbers of one round: more than a client has events in it. */
const NUMBERS_PER_ROUND = 1_000_000;

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

/** From the first event sent to the Event Hubs emulator, through ingest and projector, until all are committed and in Redis; again and again on
 *  one stack. The first time, while everything is new, does not count. Throws ResultWrong. */
export async function endToEnd({ events, clients, partitions, rounds, say }: EndToEndOptions): Promise<readonly EndToEndRun[]> {
  const stack = await startStack({ parts: ['kafka', 'redis', 'azurite', 'eventhubs'], env: { EVENTHUBS_RETAINED_EVENTS: String(events) } });
  const log = new LogOfEvents(stack.kafkaBrokers, partitions);
  const runs: EndToEndRun[] = [];
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    await log.create();
    const folding = await ROLLCALL.start({ stack, log }, 'end-to-end');
    const ingest = stack.add('ingest', { as: 'bench-ingest', env: { PARTITIONS: String(partitions) } });
    try {
      await Promise.all([ingest.start(), folding.first]);
      await untilIngestReads(stack, log, clients);
      for (let round = 0; round <= rounds; round++) {
        const firstNumber = 1 + round * NUMBERS_PER_ROUND;
        const options = { eventHubs: stack.eventHubsConnectionString, events, clients, firstNumber };
        const { run, sent } = await once({ stack, log }, folding, ingest, options);
        if (round > 0) runs.push(run);
        say(`end-to-end: round ${round} of ${rounds}: ${Math.round(run.eventsPerSecond).toLocaleString('en')}/s`);
        if (round < rounds) continue;
        // Pathfinders are connected once.
        const changes = PATHFINDERS + (rounds + 1) * events;
        await folding.verify({ changes, clients: PATHFINDERS + sent.clients, online: PATHFINDERS + sent.online });
      }
    } finally {
      await ingest.stop();
      await folding.stop();
    }
  } finally {
    await log.close();
    await stack.stop();
  }
  return runs;
}

async function once(
  { stack, log }: FoldingPlace,
  folding: Folding,
  ingest: RunningPart,
  options: SenderOptions,
): Promise<{ readonly run: EndToEndRun; readonly sent: Sent }> {
  const usage = () => ({
    ingest: cpuOf(ingest),
    projector: totalCpuSeconds(folding.pids()),
    broker: cpuOf(stack.part('kafka')),
    redis: cpuOf(stack.part('redis')),
    emulator: cpuOf(stack.part('eventhubs')),
  });
  const [before, logged] = [usage(), await log.count()];
  const sending = runProgram<SenderOptions, Sent>('sender', options);
  const arrived = await untilDone(log, logged + options.events, (ends) => folding.isDone(ends), sending);
  const after = usage();
  const sent = await sending;
  const run = {
    eventsPerSecond: options.events / ((arrived - sent.first) / 1_000),
    ingest: after.ingest - before.ingest,
    projector: after.projector - before.projector,
    broker: after.broker - before.broker,
    redis: after.redis - before.redis,
    emulator: after.emulator - before.emulator,
    sender: sent.cpu,
  };
  return { run, sent };
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
