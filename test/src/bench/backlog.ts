import { setTimeout as sleep } from 'node:timers/promises';
import { EventHubProducerClient } from '@azure/event-hubs';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import getPort from 'get-port';
import { EventHubSender } from './event-hub-sender.ts';
import { largeMessage, type Shape } from './large-messages.ts';
import { LogOfEvents } from './log-of-events.ts';
import { cpuOf, peakMegabytes } from './process-usage.ts';
import { SessionEvents } from './session-events.ts';

const ASK_EVERY = 100;
const LONGEST = 600_000;
const HUB = 'lifecycle';
const LOG_PARTITIONS = 4;

export interface BacklogOptions {
  /** Of the event hub. */
  readonly partitions: number;
  readonly messages: number;
  readonly bytes: number;
  readonly shape: Shape;
  /** Seconds in which ingest has nothing to read before the messages come. 0: they wait before it starts. */
  readonly idleSeconds: number;
  /** Events of the usual size that are read before that. Only with `idleSeconds`. */
  readonly smallBefore: number;
  /** Seconds for which Kafka is frozen in the middle. */
  readonly frozenSeconds: number;
  readonly say: (line: string) => void;
}

export interface BacklogRun {
  /** Resident memory of ingest at its highest. */
  readonly peakMegabytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Large messages in Event Hubs, and Kafka frozen while ingest reads them. Throws if they do not all come to the log. */
export async function backlog(options: BacklogOptions): Promise<BacklogRun> {
  const stack = await startStack({ parts: ['kafka', 'azurite'] });
  const log = new LogOfEvents(stack.kafkaBrokers, LOG_PARTITIONS);
  try {
    await log.create();
    const retained = String(options.messages * 2 + options.smallBefore);
    const hub = { EVENTHUBS_PARTITIONS: String(options.partitions), EVENTHUBS_RETAINED_EVENTS: retained };
    await stack.add('eventhubs', { as: 'backlog-hub', env: hub }).start();
    return await run(stack, log, options);
  } finally {
    await log.close();
    await stack.stop();
  }
}

async function run(stack: StartedStack, log: LogOfEvents, options: BacklogOptions): Promise<BacklogRun> {
  const { idleSeconds, smallBefore, frozenSeconds, messages, say } = options;
  const port = await getPort({ host: '127.0.0.1' });
  const ingest = stack.add('ingest', { as: 'backlog-ingest', env: { HTTP_PORT: String(port), PARTITIONS: String(LOG_PARTITIONS) } });
  const freeze = async () => {
    stack.part('kafka').pause();
    await sleep(frozenSeconds * 1_000);
    say(`frozen for ${frozenSeconds} s: ${peakOf(ingest).toFixed(0)} MB`);
    stack.part('kafka').resume();
  };
  let expected = 0;
  let began = Date.now();
  if (idleSeconds === 0) {
    expected = await send(stack, options);
    began = Date.now();
    await ingest.start();
    await until(async () => (await logged(log)) >= expected / 3);
    await freeze();
  } else {
    await ingest.start();
    await untilReady(port);
    const sender = new EventHubSender(stack.eventHubsConnectionString);
    await sender.append([...new SessionEvents(1).of(Array.from({ length: smallBefore }, (_, client) => client))]);
    await sender.close();
    await until(async () => (await logged(log)) >= smallBefore);
    await sleep(idleSeconds * 1_000);
    say(`idle for ${idleSeconds} s: ${peakOf(ingest).toFixed(0)} MB`);
    began = Date.now();
    const frozen = freeze();
    expected = smallBefore + (await send(stack, options));
    await frozen;
  }
  await until(async () => (await logged(log)) >= expected);
  say(`${messages} messages are in the log`);
  return { peakMegabytes: peakOf(ingest), seconds: (Date.now() - began) / 1_000, cpuSeconds: cpuOf(ingest) };
}

/** Gives the number of records that are to come of them. */
async function send({ eventHubsConnectionString }: StartedStack, { messages, bytes, shape }: BacklogOptions): Promise<number> {
  const producer = new EventHubProducerClient(eventHubsConnectionString, HUB);
  let records = 0;
  for (let n = 0; n < messages; n++) {
    const message = largeMessage(shape, bytes);
    records += message.records;
    await producer.sendBatch([{ body: message.body }]);
  }
  await producer.close();
  return records;
}

/** Events and dead letters. */
async function logged(log: LogOfEvents): Promise<number> {
  return (await log.count()) + (await log.deadLetters());
}

function peakOf({ pid, name }: RunningPart): number {
  if (pid === undefined) throw new Error(`${name} has ended`);
  return peakMegabytes(pid);
}

async function untilReady(port: number): Promise<void> {
  await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const latest = Date.now() + LONGEST;
  while (!(await holds())) {
    if (Date.now() > latest) throw new Error('the messages did not arrive within ten minutes');
    await sleep(ASK_EVERY);
  }
}
