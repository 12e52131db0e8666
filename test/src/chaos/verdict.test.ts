import { type StartedStack, startStack } from '@rollcall/local';
import type { LogRecord } from '@rollcall/log';
import { clientKey, partitionOf, stringifyJson } from '@rollcall/schema';
import { DEFAULT_PROJECTION } from '@rollcall/snapshots';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientUpdated, sessionConnected, sessionDisconnected } from '../acceptance/life-cycle-events.ts';
import { expectedProjection } from './expected-projection.ts';
import { LogHistory, PARTITIONS, type TopicHistory } from './log-history.ts';
import { RedisConnection, type Reply } from './redis-connection.ts';
import { writeContent } from './redis-content.ts';
import { judge, type Verdict } from './verdict.ts';

const NAMESPACE = 'fleet';
/** All that is broken here is this client's. */
const PARTITION = partitionOf(clientKey(NAMESPACE, 'a'), PARTITIONS);
const POISON = '{"specversion":';
const NOTHING = { unlogged: 0, lost: 0, duplicated: 0, stateDifferences: 0, redisDifferences: 0 };

let stack: StartedStack;
let redis: RedisConnection;
let history: LogHistory;
let copies: Map<string, number>;
let ends: readonly bigint[];
beforeAll(async () => {
  stack = await startStack({ parts: ['redis'] });
  redis = new RedisConnection(stack.ports.redis);
});
afterAll(async () => {
  redis?.close();
  await stack?.stop();
});
beforeEach(wholeWorld);

/** A log, and topics and a Redis as a projector leaves them that makes no mistake. No Kafka is asked. */
async function wholeWorld(): Promise<void> {
  history = new LogHistory('127.0.0.1:9');
  copies = new Map();
  for (const client of ['a', 'b', 'c']) {
    const whose = { namespace: NAMESPACE, client };
    log(client, sessionConnected(whose));
    log(client, sessionDisconnected(whose, 'ConnectionLost'));
    log(client, clientUpdated(whose, '2026-03-01T00:00:00Z', { floor: 3 }));
  }
  history.events.partitions[PARTITION]?.push(record(history.events, PARTITION, 'no key of a client', 'no event'));
  const projections = history.events.partitions.map((records, partition) => expectedProjection(records, partition, DEFAULT_PROJECTION));
  for (const [partition, { changes, states, refused }] of projections.entries()) {
    for (const change of changes) append(history.changes, partition, null, stringifyJson(change));
    for (const [key, state] of states) append(history.state, partition, key, state);
    for (const offset of refused) append(history.deadLetters, partition, null, '', { topic: 'rollcall.events', offset: `${offset}` });
  }
  append(history.deadLetters, 0, null, POISON);
  ends = history.events.partitions.map(({ length }) => BigInt(length));
  await writeContent(stack.ports.redis, 0, new Map(projections.flatMap(({ clients }) => [...clients])), ends, DEFAULT_PROJECTION);
}

function log(client: string, event: string): void {
  const key = clientKey(NAMESPACE, client);
  append(history.events, partitionOf(key, PARTITIONS), key, event);
  copies.set((JSON.parse(event) as { id: string }).id, 1);
}

function append(topic: TopicHistory, partition: number, key: string | null, value: string, headers = {}): void {
  topic.partitions[partition]?.push(record(topic, partition, key, value, headers));
}

function record(topic: TopicHistory, partition: number, key: string | null, value: string, headers = {}): LogRecord {
  const offset = BigInt(topic.partitions[partition]?.length ?? 0);
  return { partition, offset, timestamp: 0, key: key === null ? null : Buffer.from(key), value: Buffer.from(value), headers };
}

const verdict = () => judge(history, ends, stack.ports.redis, { copies, poison: new Set([POISON]) }, DEFAULT_PROJECTION);
const changes = () => history.changes.partitions[PARTITION] ?? [];
const states = () => history.state.partitions[PARTITION] ?? [];

/** Edits the record as text. */
function edit(records: LogRecord[], at: number, from: string | RegExp, to: string): void {
  const { value, ...rest } = records[at] as LogRecord;
  const text = Buffer.from(value ?? []).toString();
  expect(text).toMatch(from);
  records[at] = { ...rest, value: Buffer.from(text.replace(from, to)) };
}

/** The only key of this kind in the partition. */
async function keyLike(pattern: RegExp): Promise<string> {
  const keys = (await redis.ask('KEYS', `rollcall:{1:${PARTITION}}:*`)) as readonly string[];
  const key = [...keys].sort().find((candidate) => pattern.test(candidate));
  if (key === undefined) throw new Error(`no key is like ${pattern}`);
  return key;
}

it('finds nothing where nothing is wrong, and looks at everything', async () => {
  expect(await verdict()).toEqual({
    ...{ violations: [], events: 10, changes: 9, clients: 3 },
    ...NOTHING,
  } satisfies Verdict);
});

describe('finds in the topics', () => {
  it.each<[string, () => unknown, RegExp, Partial<Verdict>]>([
    [
      'an event that was sent and is not in the log',
      () => copies.set('never logged', 1),
      /^1 events were sent .* never logged$/,
      { unlogged: 1 },
    ],
    [
      'an event of which one copy of two is in the log',
      () => copies.set([...copies.keys()][0] ?? '', 2),
      /^1 events were sent /,
      { unlogged: 1 },
    ],
    [
      'a bad message that is not in the dead letters',
      () => history.deadLetters.partitions[0]?.pop(),
      /^1 bad messages are not in the dead letters/,
      { unlogged: 1 },
    ],
    [
      'a record that is no event, of which no dead letter tells',
      () => history.deadLetters.partitions[PARTITION]?.shift(),
      /^record \d@\d+ is no event, and not in the dead letters$/,
      {},
    ],
    [
      'a change that is missing',
      () => changes().splice(1, 1),
      /^1 changes of partition \d are missing, the first of event 1$/,
      { lost: 1 },
    ],
    ['a change that is there twice', () => changes().push(changes().at(-1) as LogRecord), /is there again$/, { duplicated: 1 }],
    [
      'a change that the fold does not make',
      () => edit(changes(), changes().length - 1, /"offset":"\d+"/, '"offset":"99"'),
      /the change of event 99 is none that the fold makes$/,
      { duplicated: 1, lost: 1 },
    ],
    ['changes out of order', () => changes().unshift(...changes().splice(1, 1)), /the change of event 0 comes after that of 1$/, {}],
    ['a change that differs', () => edit(changes(), 0, '"presence":"online"', '"presence":"offline"'), /of event 0 differs: found/, {}],
    [
      'a state that differs',
      () => edit(states(), 0, '"exists":"yes"', '"exists":"no"'),
      /^rollcall.state \d ends in .* for fleet\/\w, expected/,
      { stateDifferences: 1 },
    ],
    [
      'a state that is missing',
      () => states().shift(),
      /^rollcall.state \d ends in undefined for fleet\/\w, expected {/,
      { stateDifferences: 1 },
    ],
    [
      'the state of a client that no event is about',
      () => append(history.state, PARTITION, 'fleet/nobody', '{}'),
      /^rollcall.state \d ends in {} for fleet\/nobody, expected undefined$/,
      { stateDifferences: 1 },
    ],
  ])('%s', async (_, breakIt, shown, figures) => {
    breakIt();
    const found = await verdict();
    expect(found.violations.filter((violation) => shown.test(violation))).toHaveLength(1);
    expect(found).toMatchObject({ ...NOTHING, ...figures });
  });
});

describe('finds in Redis', () => {
  const MOVE_FIRST = "return redis.call('ZINCRBY', KEYS[1], 1, redis.call('ZRANGE', KEYS[1], 0, 0)[1])";
  const COUNT_ONE_MORE = `
    local namespace, text = unpack(redis.call('HGETALL', KEYS[1]))
    return redis.call('HSET', KEYS[1], namespace, (string.gsub(text, ':%d+', ':99', 1)))`;

  const edit = async (key: string, change: (client: { sessions: object[] } & Record<string, unknown>) => object) =>
    redis.ask('SET', key, JSON.stringify(change(JSON.parse(String(await redis.ask('GET', key))))));

  it.each<[string, RegExp, (key: string) => Promise<Reply>]>([
    ['a client that differs', /:client:/, (key) => edit(key, (client) => ({ ...client, presence: 'online' }))],
    ['a client of which something is missing', /:client:/, (key) => edit(key, ({ since, ...client }) => client)],
    ['a client that is missing', /:client:/, (key) => redis.ask('DEL', key)],
    ['a client that no event is about', /:client:/, (key) => redis.ask('COPY', key, `${key}2`)],
    ['a session that is missing', /:client:/, (key) => edit(key, (client) => ({ ...client, sessions: [] }))],
    [
      'a session that differs',
      /:client:/,
      (key) => edit(key, (client) => ({ ...client, sessions: [{ ...client.sessions[0], offset: '0' }] })),
    ],
    ['a client that is missing in an index', /:index:/, (key) => redis.ask('ZPOPMIN', key)],
    ['a stray client in an index', /:index:/, (key) => redis.ask('ZADD', key, '1', 'nobody')],
    ['a client at another place in an index', /:index:/, (key) => redis.ask('EVAL', MOVE_FIRST, '1', key)],
    ['a count that differs', /:counts$/, (key) => redis.ask('EVAL', COUNT_ONE_MORE, '1', key)],
    ['a watermark that differs', /:meta$/, (key) => redis.ask('HSET', key, 'watermark', '0')],
    ['another number of partitions', /:meta$/, () => redis.ask('SET', 'rollcall:partitions', '5')],
  ])('%s', async (_, pattern, breakIt) => {
    await breakIt(await keyLike(pattern));
    const found = await verdict();
    expect(found.violations).toEqual([expect.stringMatching(/^Redis rollcall:\S+: found [\s\S]*, expected/)]);
    expect(found).toMatchObject({ ...NOTHING, redisDifferences: 1 });
  });

  it('nothing in the chain: each owner has its own', async () => {
    await redis.ask('HSET', await keyLike(/:meta$/), 'chain', 'another:7');
    expect((await verdict()).violations).toEqual([]);
  });
});
