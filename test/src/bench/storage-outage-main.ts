import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type StartedStack, startStack } from '@rollcall/local';
import { RunningIngest } from '../acceptance/running-ingest.ts';
import { EventHubSender } from './event-hub-sender.ts';
import { LogOfEvents } from './log-of-events.ts';
import { SessionEvents } from './session-events.ts';

const USAGE = `Reading while the blob storage is frozen, and then gone: a line of JSON. Exits with 1 if reading paused for longer than 5 s, or if the checkpoints
are not at the end 20 s after the storage is back. Ends by itself.

  npm run bench:storage -- [options]

  --rate     events per second; default: 200
  --seconds  for which the storage is frozen, and then for which it is gone; default: 60
`;

const LONGEST_PAUSE = 5_000;
const CAUGHT_UP_WITHIN = 20_000;
const SEND_EVERY = 100;
const ASK_EVERY = 100;
const LOG_PARTITIONS = 4;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await measure(Number(values.rate), Number(values.seconds) * 1_000);

async function measure(rate: number, away: number): Promise<void> {
  const stack = await startStack({ parts: ['kafka', 'azurite', 'eventhubs'] });
  const log = new LogOfEvents(stack.kafkaBrokers, LOG_PARTITIONS);
  try {
    await log.create();
    const ingest = await RunningIngest.start(stack, 'outage-ingest', { PARTITIONS: String(LOG_PARTITIONS) });
    const result = await run(stack, log, ingest, rate, away);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    if (result.longestPauseMs > LONGEST_PAUSE || result.behind > 0 || result.inLog < result.sent) process.exitCode = 1;
  } finally {
    await log.close();
    await stack.stop();
  }
}

async function run(stack: StartedStack, log: LogOfEvents, ingest: RunningIngest, rate: number, away: number) {
  const load = steadyLoad(stack.eventHubsConnectionString, rate);
  while ((await log.count()) === 0) await sleep(ASK_EVERY);
  const watched = watchLog(log);
  const azurite = stack.part('azurite');
  await sleep(5_000);
  azurite.pause();
  await sleep(away);
  azurite.resume();
  await azurite.kill('SIGKILL');
  await sleep(away);
  await azurite.start();
  const sent = await load.stop();
  await sleep(CAUGHT_UP_WITHIN);
  const checkpointed = await checkpoints(ingest);
  return { sent, inLog: await log.count(), longestPauseMs: await watched.stop(), checkpointed, behind: sent - checkpointed };
}

/** Events of as many clients as there are in a second, until it is stopped: gives how many were sent. */
function steadyLoad(connectionString: string, rate: number) {
  const sender = new EventHubSender(connectionString);
  const events = new SessionEvents(1);
  let sent = 0;
  let isStopped = false;
  const sending = (async () => {
    const began = Date.now();
    while (!isStopped) {
      const due = Math.floor(((Date.now() - began) / 1_000) * rate) - sent;
      if (due > 0) await sender.append([...events.of(Array.from({ length: due }, (_, n) => (sent + n) % rate))]);
      sent += Math.max(0, due);
      await sleep(SEND_EVERY);
    }
  })();
  return {
    async stop(): Promise<number> {
      isStopped = true;
      await sending;
      await sender.close();
      return sent;
    },
  };
}

/** The longest time between two arrivals in the log, in milliseconds, until it is stopped. */
function watchLog(log: LogOfEvents) {
  let longest = 0;
  let isStopped = false;
  const watching = (async () => {
    let count = await log.count();
    for (let since = Date.now(); !isStopped; await sleep(ASK_EVERY)) {
      const now = await log.count();
      if (now === count) continue;
      longest = Math.max(longest, Date.now() - since);
      [count, since] = [now, Date.now()];
    }
  })();
  return {
    async stop(): Promise<number> {
      isStopped = true;
      await watching;
      return longest;
    },
  };
}

/** How many events the checkpoints of all partitions cover, as ingest says. */
async function checkpoints(ingest: RunningIngest): Promise<number> {
  const numbers = await ingest.metric('rollcall_ingest_checkpoint_sequence_number');
  return numbers.values().reduce((sum, number) => sum + number + 1, 0);
}
