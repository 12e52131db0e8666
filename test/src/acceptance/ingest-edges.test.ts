import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StartedStack, startFaultyProxy, startStack } from '@rollcall/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { EventHub, single } from './event-hub.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { eventually } from './rollcall-under-test.ts';
import { RunningIngest } from './running-ingest.ts';
import { TopicFeed } from './topic-feed.ts';

/** Every obstacle must show by then, in milliseconds. */
const SHOWN_WITHIN = 30_000;
const REPLACED = 'the event hub is not the one of the checkpoint: reading from its earliest event';

let stack: StartedStack;
let feed: TopicFeed;
beforeAll(async () => {
  stack = await startStack({ parts: ['kafka', 'azurite', 'eventhubs'] });
});
afterAll(async () => {
  await feed?.[Symbol.asyncDispose]();
  await stack?.stop();
});

let tests = 0;
/** Each test has clients, a container and, to begin with, a hub of its own. */
let name: string;
beforeEach(async () => {
  name = `edge-${++tests}`;
  await recreateHub();
});

async function recreateHub(): Promise<void> {
  await stack.part('eventhubs').kill('SIGKILL');
  await rm(path.join(stack.dataDir, 'eventhubs'), { recursive: true, force: true });
  await stack.part('eventhubs').start();
}

async function start(as = 'ingest', env: Readonly<Record<string, string>> = {}): Promise<RunningIngest> {
  const ingest = await RunningIngest.start(stack, `${name}-${as}`, { CHECKPOINT_CONTAINER: name, ...env });
  onTestFinished(() => ingest.part.stop());
  return ingest;
}

/** Sends an event of each of so many new clients. */
async function send(from: number, count: number): Promise<void> {
  await using hub = new EventHub(stack.eventHubsConnectionString);
  for (let at = from; at < from + count; at += 100) {
    const clients = Array.from({ length: Math.min(100, from + count - at) }, (_, n) => `${at + n}`);
    await hub.send(clients.map((client) => single(sessionConnected({ namespace: name, client }))));
  }
}

/** How many records of so many clients of this test are in the log. */
function inLog(from: number, count: number): { readonly clients: number; readonly records: number } {
  feed ??= new TopicFeed(
    { brokers: [stack.kafkaBrokers], prefix: 'rollcall', clientId: 'edges', retries: 5, logger: { debug: () => {} } },
    'rollcall.events',
  );
  const records = Array.from({ length: count }, (_, n) => feed.of(name, `${from + n}`).length);
  return { clients: records.filter((found) => found > 0).length, records: records.reduce((sum, found) => sum + found, 0) };
}

const arrived = (from: number, count: number, within = 60_000) => eventually(() => expect(inLog(from, count).clients).toBe(count), within);
const ready = (ingest: RunningIngest) => eventually(async () => expect(await ingest.obstacles()).toBeUndefined(), 60_000);

it('loses none of 100 events when the checkpoints cannot be read once while a partition is initialised', { timeout: 150_000 }, async () => {
  const proxy = await startFaultyProxy(stack.ports.azurite);
  onTestFinished(() => proxy.stop());
  const asked = new Map<string, number>();
  proxy.fault = ({ method, url = '' }) => {
    const kind = url.includes('comp=list') ? 'list' : `${method} ${url.includes('/checkpoint/') ? 'checkpoint' : 'ownership'}`;
    asked.set(kind, (asked.get(kind) ?? 0) + 1);
    return asked.get(kind) === 2 ? { status: 403, code: 'AuthorizationFailure' } : undefined;
  };
  await send(0, 100);
  const blobs = stack.blobConnectionString.replace(`:${stack.ports.azurite}/`, `:${proxy.port}/`);
  const ingest = await start('ingest', { CHECKPOINT_BLOB_CONNECTION_STRING: blobs });
  await arrived(0, 100);
  await ready(ingest);
  expect(asked.get('HEAD checkpoint')).toBeGreaterThan(2);
});

it('never moves a checkpoint backwards when an ingest that lost its partitions comes back and ends', { timeout: 150_000 }, async () => {
  const former = await start('former');
  await send(0, 200);
  await arrived(0, 200);
  former.part.pause();
  const heir = await start('heir');
  await send(200, 400);
  await arrived(200, 400);
  await eventually(async () => {
    expect((await heir.metric('rollcall_ingest_partition_owned')).size).toBe(4);
    expect([...(await heir.metric('rollcall_ingest_checkpoint_sequence_number')).values()].reduce((a, b) => a + b + 1, 0)).toBe(600);
  });
  await heir.part.stop();
  former.part.resume();
  await former.part.stop();
  const before = inLog(0, 600).records;
  const last = await start('last');
  await ready(last);
  await send(600, 4);
  await arrived(600, 4);
  expect(inLog(0, 600).records).toBe(before);
  for (const ingest of [former, heir, last]) expect(ingest.logged('error')).toEqual([]);
});

describe('an event hub that was created anew while its checkpoints stayed', () => {
  it.each([10, 600])('is read from its earliest event by the next ingest: all %i', { timeout: 150_000 }, async (count) => {
    const ingest = await start();
    await send(0, 500);
    await arrived(0, 500);
    await ingest.part.stop();
    await recreateHub();
    await send(1_000, count);
    const next = await start('next');
    await arrived(1_000, count);
    expect(new Set(next.logged('error'))).toEqual(new Set([REPLACED]));
    expect((await next.metric('rollcall_ingest_hub_replaced_total')).get('')).toBe(4);
    await ready(next);
  });

  it('is read from its earliest event by a running ingest', { timeout: 150_000 }, async () => {
    const ingest = await start();
    await send(0, 500);
    await arrived(0, 500);
    await recreateHub();
    await send(1_000, 600);
    await arrived(1_000, 600);
    expect(ingest.logged('error')).toContain(REPLACED);
  });
});

describe('ingest is not ready, and says why', () => {
  it.each([
    ['where the event hub does not exist', { EVENTHUBS_NAME: 'nope' }, 'event hub nope: there is no such event hub'],
    [
      'where the consumer group does not exist',
      { EVENTHUBS_CONSUMER_GROUP: 'nope' },
      'in consumer group nope: there is no such event hub or consumer group',
    ],
    ['where the key is wrong', { EVENTHUBS_KEY: 'wrong' }, 'Event Hubs refuses the key or the identity'],
    ['where nobody listens', { EVENTHUBS_PORT: '1' }, 'nobody answers: '],
  ])('%s', { timeout: 90_000 }, async (_, { EVENTHUBS_KEY: key, EVENTHUBS_PORT: port, ...env }: Record<string, string>, line) => {
    const address = stack.eventHubsConnectionString
      .replace(/SharedAccessKey=[^;]*/, (usual) => (key === undefined ? usual : `SharedAccessKey=${key}`))
      .replace(/:\d+;/, (usual) => (port === undefined ? usual : `:${port};`));
    const ingest = await start('ingest', { ...env, EVENTHUBS_CONNECTION_STRING: address });
    await eventually(async () => expect(await ingest.obstacles()).toContain(line), SHOWN_WITHIN);
    await eventually(() => expect(ingest.part.log()).toContain(line.slice(line.indexOf(': ') + 2)));
  });

  it('while Kafka is silent, without any traffic, and goes on when it is back', { timeout: 150_000 }, async () => {
    const ingest = await start();
    await ready(ingest);
    stack.part('kafka').pause();
    onTestFinished(() => stack.part('kafka').resume());
    await eventually(
      async () => expect(await ingest.obstacles()).toMatch(/cannot reach Kafka: (no answer for 10 s|.*timed out)/),
      SHOWN_WITHIN,
    );
    stack.part('kafka').resume();
    await send(0, 10);
    await arrived(0, 10);
    await ready(ingest);
  });

  it.each(['dies', 'freezes'])('while the event hub %s, and goes on when it is back', { timeout: 150_000 }, async (how) => {
    const ingest = await start();
    await send(0, 10);
    await arrived(0, 10);
    await ready(ingest);
    const hub = stack.part('eventhubs');
    if (how === 'dies') await hub.kill('SIGKILL');
    else hub.pause();
    onTestFinished(() => hub.resume());
    await eventually(async () => expect(await ingest.obstacles()).toContain('cannot ask Event Hubs'), SHOWN_WITHIN);
    const lastReceive = () => ingest.metric('rollcall_ingest_last_receive_timestamp_seconds');
    const before = await lastReceive();
    // Longer than a receive waits for events.
    await sleep(6_000);
    expect(await lastReceive()).toEqual(before);
    if (how === 'dies') await hub.start();
    else hub.resume();
    await send(10, 10);
    await arrived(10, 10);
    await ready(ingest);
  });
});

it('reads on while the blob storage is frozen, and while it is gone; then the checkpoints follow', { timeout: 150_000 }, async () => {
  const ingest = await start();
  await send(0, 10);
  await arrived(0, 10);
  let sent = 10;
  const readOnFor = async (milliseconds: number) => {
    for (const until = Date.now() + milliseconds; Date.now() < until; sent += 10) {
      await send(sent, 10);
      // Under the load of a busy machine; without reading on it would be for ever.
      await arrived(sent, 10, 5_000);
    }
  };
  stack.part('azurite').pause();
  await readOnFor(15_000);
  await eventually(async () => expect(await ingest.obstacles()).toContain('cannot write checkpoints of partition'), SHOWN_WITHIN);
  stack.part('azurite').resume();
  await stack.part('azurite').kill('SIGKILL');
  await readOnFor(5_000);
  await stack.part('azurite').start();
  await eventually(async () => {
    const checkpoints = await ingest.metric('rollcall_ingest_checkpoint_sequence_number');
    expect([...checkpoints.values()].reduce((sum, number) => sum + number + 1, 0)).toBe(sent);
    expect(await ingest.obstacles()).toBeUndefined();
  }, 20_000);
});

it('two deployments with one consumer group and two containers are both told so', { timeout: 150_000 }, async () => {
  const [one, other] = [await start('one'), await start('other', { CHECKPOINT_CONTAINER: `${name}-other` })];
  for (const ingest of [one, other]) {
    await eventually(async () => {
      expect(await ingest.obstacles()).toContain('another consumer of group $Default keeps taking the partitions');
    }, SHOWN_WITHIN);
  }
});
