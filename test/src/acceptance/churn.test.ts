import type { LogRecord } from '@rollcall/log';
import { type Change, clientKey, partitionOf, type StateRecord } from '@rollcall/schema';
import { Keys } from '@rollcall/snapshots';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { inArray } from './event-hub.ts';
import { sessionConnected, sessionDisconnected, type Whose } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
const redis = new RedisConnection(stack.ports.redis);

const FEW = 500;
const MANY = 1_500;
/** Default of SESSIONS_KEPT. */
const KEPT = 100;
/** Events that come one at a time, each when the one before is in Redis: so each is a transaction of its own. */
const ALONE = 20;
const EVENTS_PER_MESSAGE = 50;
const KIBIBYTE = 1_024;

const { namespace, client } = { namespace: 'churn', client: 'pump' };
const redisKey = new Keys().partition(1, partitionOf(clientKey(namespace, client), PARTITIONS)).client(clientKey(namespace, client));
const START = Date.parse('2026-03-01T12:00:00Z');
const at = (second: number) => ({ time: new Date(START + second * 1_000).toISOString() });
const session = (n: number): Required<Whose> => ({ namespace, client, session: `session-${String(n).padStart(4, '0')}` });
const visit = (n: number) => [sessionConnected(session(n), at(2 * n)), sessionDisconnected(session(n), 'ConnectionLost', at(2 * n + 1))];
/** The client takes a new session name for each connection. */
const events = Array.from({ length: MANY }, (_, n) => visit(n)).flat();

interface Written {
  readonly changes: number;
  readonly state: number;
  readonly redis: number;
}
let [afterFew, afterMany] = [{} as Written, {} as Written];

beforeAll(async () => {
  afterFew = await churned(0, 2 * FEW);
  afterMany = await churned(2 * FEW, 2 * MANY);
});
afterAll(async () => {
  redis.close();
  await test[Symbol.asyncDispose]();
});

/** Sends the events from one to another; gives what each of the last ones made the projector write, in bytes. */
async function churned(from: number, to: number): Promise<Written> {
  const bulk = events.slice(from, to - ALONE);
  const messages = Array.from({ length: Math.ceil(bulk.length / EVENTS_PER_MESSAGE) }, (_, n) =>
    inArray(...bulk.slice(n * EVENTS_PER_MESSAGE, (n + 1) * EVENTS_PER_MESSAGE)),
  );
  await test.hub.send(messages, client);
  await folded(to - ALONE);
  const lastOfBulk = offsetOf(test.topic('changes').of(namespace, client).at(-1));
  let inRedis = 0;
  for (let event = to - ALONE; event < to; event++) {
    await test.hub.send([inArray(events[event] as string)], client);
    await folded(event + 1);
    inRedis += Number(await redis.ask('STRLEN', redisKey));
  }
  const alone = (topic: 'changes' | 'state') =>
    test
      .topic(topic)
      .of(namespace, client)
      .filter((record) => offsetOf(record) > lastOfBulk);
  await eventually(() => expect(alone('state')).toHaveLength(ALONE));
  return { changes: sum(alone('changes').map(sizeOf)) / ALONE, state: sum(alone('state').map(sizeOf)) / ALONE, redis: inRedis / ALONE };
}

/** Resolves when so many events of the client have made a change, and Redis shows them. */
async function folded(count: number): Promise<void> {
  const last = await eventually(() => {
    const changes = test.topic('changes').of(namespace, client);
    expect(changes).toHaveLength(count);
    return decoded<Change>(changes.at(-1) as LogRecord);
  });
  await test.rollcall.client(namespace, client, { atLeast: last.position });
}

function offsetOf(record: LogRecord | undefined): bigint {
  if (record === undefined) throw new Error('no record of the client');
  return BigInt(decoded<Change | StateRecord>(record).position.offset);
}

function sizeOf({ key, value }: LogRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

it('writes as much for an event after 1,500 session names as after 500', () => {
  for (const where of ['changes', 'state', 'redis'] as const) {
    expect(afterMany[where] / afterFew[where], where).toBeGreaterThan(0.95);
    expect(afterMany[where] / afterFew[where], where).toBeLessThan(1.05);
  }
});

it('keeps every record of such a client below 64 KB', () => {
  const records = [...test.topic('changes').of(namespace, client), ...test.topic('state').of(namespace, client)];
  expect(records.length).toBeGreaterThan(2 * MANY);
  expect(Math.max(...records.map(sizeOf))).toBeLessThan(64 * KIBIBYTE);
});

it('lists such a client without reading its sessions', async () => {
  const PAGES = 20;
  const before = await redisOutput();
  for (let n = 0; n < PAGES; n++) {
    const { clients } = await test.rollcall.list({ namespace });
    expect(clients).toMatchObject([{ client, rememberedSessions: KEPT }]);
  }
  const page = ((await redisOutput()) - before) / PAGES;
  const stored = Number(await redis.ask('STRLEN', redisKey));
  expect(stored).toBeGreaterThan(20 * KIBIBYTE);
  expect(page).toBeLessThan(8 * KIBIBYTE);
});

/** Bytes that Redis has answered, to anyone: nothing else goes on in the stack but the projector's own looks. */
async function redisOutput(): Promise<number> {
  const [, bytes] = /total_net_output_bytes:(\d+)/.exec(String(await redis.ask('INFO', 'stats'))) ?? [];
  return Number(bytes);
}

it('shows in its history which events were ignored as forgotten, and of which session', async () => {
  const [longAgo, recent] = [session(3), session(MANY - 1)];
  const late = [sessionDisconnected(longAgo, 'ServerError', at(7.5)), sessionConnected({ ...longAgo, session: 'never seen' }, at(8))];
  await test.hub.send([inArray(...late)], client);
  await test.settled();

  const history = await Array.fromAsync(test.rollcall.history(namespace, client));
  expect(history).toHaveLength(events.length + late.length);
  const ignored = history.filter(({ outcome }) => outcome === 'ignored');
  expect(ignored).toMatchObject([
    { reason: 'forgotten', sessionName: longAgo.session, client: { rememberedSessions: KEPT } },
    { reason: 'forgotten', sessionName: 'never seen' },
  ]);
  expect(ignored.every((event) => event.session === undefined)).toBe(true);
  expect(history.at(-3)).toMatchObject({ outcome: 'changed', sessionName: recent.session, session: { session: recent.session } });

  const { stdout } = await test.command('history', namespace, client, '--session', longAgo.session);
  const [, connected, disconnected, forgotten, ...more] = stdout.trimEnd().split('\n');
  expect(connected).toMatch(/ SessionConnected 1 +session-0003 +session-connected client-online +online$/);
  expect(disconnected).toMatch(/ SessionDisconnected 1 ConnectionLost +session-0003 +session-disconnected client-offline +offline$/);
  expect(forgotten).toMatch(/ SessionDisconnected 1 ServerError +session-0003 +ignored: forgotten +offline$/);
  expect(more).toEqual([]);
});
