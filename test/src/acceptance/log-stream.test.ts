import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureTopics,
  LogCut,
  type LogOptions,
  type LogRecord,
  LogStream,
  type LogStreamOptions,
  LogUnavailable,
  LogWriter,
  Offsets,
  PositionUnknown,
  Transactor,
} from '@rollcall/log';
import { cutLog, garbageCollector } from '@rollcall/log/testing';
import { partitionOf } from '@rollcall/schema';
import { afterAll, beforeEach, expect, inject, it } from 'vitest';
import { eventually } from './rollcall-under-test.ts';
import { text } from './topic-feed.ts';

const { kafkaBrokers } = inject('stack');
const PARTITIONS = 2;

/** A log of its own for each test. */
let log: LogOptions;
let topic: string;
let stop: AbortController;
const writers: LogWriter[] = [];
beforeEach(async () => {
  stop?.abort();
  stop = new AbortController();
  log = { brokers: [kafkaBrokers], prefix: `stream-${randomUUID()}`, clientId: 'stream', retries: 5, logger: { debug: () => {} } };
  ({ changes: topic } = await ensureTopics(log, { partitions: PARTITIONS, replicationFactor: 1 }));
});
afterAll(async () => {
  stop?.abort();
  for (const writer of writers) await writer.close();
});

/** Appends records, each a transaction of its own: between any two of them is one of control. */
async function commit(partition: number, ...values: readonly string[]): Promise<void> {
  const transactor = await Transactor.fence(log, `${log.prefix}-${partition}`);
  const group = { groupId: `writer of ${log.prefix}`, topic, partition, next: 0n };
  for (const value of values) {
    transactor.add([{ topic, partition, key: 'k', value }]);
    await transactor.commit(group);
  }
  await transactor.close();
}

/** Appends records one after the other. */
async function append(partition: number, ...values: readonly (string | Uint8Array)[]): Promise<void> {
  const writer = new LogWriter(log);
  writers.push(writer);
  await writer.append(values.map((value) => ({ topic, partition, key: 'k', value })));
}

function stream(options: Partial<LogStreamOptions> = {}): LogStream {
  return new LogStream(log, { topic, from: 'earliest', signal: stop.signal, ...options });
}

/** The next so many records. */
async function take(from: LogStream, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  if (count === 0) return records;
  for await (const record of from) {
    if (record !== undefined) records.push(record);
    if (records.length >= count) return records;
  }
  throw new Error(`it ended after ${records.length} records`);
}

const values = (records: readonly LogRecord[]) => records.map(({ value }) => text(value));
const offsets = (of: LogStream) => ({ offsets: Object.fromEntries([...of.positions].map(([p, offset]) => [String(p), String(offset)])) });

it('gives what is there, and what comes, until it is told to stop', async () => {
  await commit(0, 'a', 'b');
  const seen: string[] = [];
  const reading = (async () => {
    for await (const record of stream()) if (record !== undefined) seen.push(text(record.value));
  })();
  await eventually(() => expect(seen).toEqual(['a', 'b']));
  await commit(1, 'c');
  await eventually(() => expect(seen).toEqual(['a', 'b', 'c']));
  stop.abort();
  await reading;
});

it('begins with the latest as of when it was ready, not as of when it is read', async () => {
  await append(0, 'before');
  const latest = stream({ from: 'latest' });
  await latest.ready();
  await append(0, 'after');
  await append(1, 'other');
  expect(values(await take(latest, 2)).sort()).toEqual(['after', 'other']);
});

it('goes on after the record that was given out last, be it in the middle of a batch', async () => {
  const written = Array.from({ length: 100 }, (_, n) => `${n}`);
  await append(0, ...written.slice(0, 50));
  await commit(0, ...written.slice(50));
  const first = stream();
  const head = await take(first, 37);
  const second = stream({ from: offsets(first) });
  const middle = await take(second, 30);
  // The same stream, left and taken up again.
  const rest = await take(second, 33);
  expect(values([...head, ...middle, ...rest])).toEqual(written);
});

it('knows its position in every partition, past records of control', async () => {
  await commit(0, 'a');
  await commit(1, 'b', 'c');
  const reading = stream();
  expect(reading.positions).toEqual(new Map());
  await reading.ready();
  expect([...reading.positions.values()]).toEqual([0n, 0n]);
  for await (const _ of reading) if (reading.positions.get(0) === 2n && reading.positions.get(1) === 4n) break;
  expect([...reading.positions.values()]).toEqual([2n, 4n]);
});

it('tells what is appended from what is committed', async () => {
  const asked = new Offsets(log);
  const transactor = await Transactor.fence(log, log.prefix);
  const group = { groupId: `writer of ${log.prefix}`, topic, partition: 0, next: 0n };
  const ends = async () => [(await asked.allBounds(topic)).get(0)?.end, (await asked.appended(topic)).get(0)];
  let open: unknown;
  transactor.add([{ topic, partition: 0, key: 'k', value: 'a' }]);
  await transactor.commit(group, async () => {
    open = await ends();
  });
  expect(open).toEqual([0n, 1n]);
  await eventually(async () => expect(await ends()).toEqual([2n, 2n]));
  await transactor.close();
  await asked.close();
});

it('begins with the first record of a time or later', async () => {
  await append(0, 'old');
  await sleep(5);
  const time = new Date();
  await append(0, 'new', 'newer');
  expect(values(await take(stream({ from: { time } }), 2))).toEqual(['new', 'newer']);
  const latest = stream({ from: { time: new Date(Date.now() + 60_000) } });
  await latest.ready();
  expect(latest.positions.get(0)).toBe(3n);
});

it('reads the partition of one key alone', async () => {
  const key = 'namespace/client';
  const partition = partitionOf(key, PARTITIONS);
  await append(partition, 'mine');
  await append(1 - partition, 'not mine');
  const reading = stream({ key });
  expect(values(await take(reading, 1))).toEqual(['mine']);
  expect([...reading.positions.keys()]).toEqual([partition]);
});

it('begins with the oldest in partitions that the place does not name', async () => {
  await append(0, 'a');
  await append(1, 'b', 'c');
  const records = await take(stream({ from: { offsets: { 1: '1' } } }), 2);
  expect(values(records).sort()).toEqual(['a', 'c']);
});

it('says what is gone when the log was cut above a saved position, but not to who begins with the earliest', async () => {
  await append(0, 'a', 'b', 'c', 'd');
  const earliest = stream();
  await earliest.ready();
  await cutLog(log, topic, 0, 3n);
  expect(values(await take(earliest, 1))).toEqual(['d']);
  const failure = await take(stream({ from: { offsets: { 0: '1', 1: '0' } } }), 1).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LogCut);
  expect(failure).toMatchObject({ partition: 0, from: 1n, start: 3n, message: expect.stringContaining('offsets 1 to 2 are gone') });
});

it('refuses a position that the log has not reached, or of a partition that there is not', async () => {
  await append(0, 'a');
  for (const place of [{ 0: '2' }, { 7: '0' }])
    await expect(take(stream({ from: { offsets: place } }), 1)).rejects.toBeInstanceOf(PositionUnknown);
});

it('throws at once if Kafka cannot be reached at first', async () => {
  const nowhere = new LogStream({ ...log, retries: 1, brokers: ['127.0.0.1:1'] }, { topic, from: 'earliest', signal: stop.signal });
  await expect(take(nowhere, 1)).rejects.toBeInstanceOf(LogUnavailable);
});

const MEGABYTE = 1_048_576;
const gc = garbageCollector();

it('reads ahead of a slow reader no more than it may, and says so when the log is cut before it comes', async () => {
  // Nothing to compress.
  const large = randomBytes(2 * MEGABYTE);
  for (let n = 0; n < 40; n++) await append(0, large);
  const before = held();
  const reading = stream()[Symbol.asyncIterator]();
  await reading.next();
  let most = 0;
  await eventually(() => {
    most = Math.max(most, held() - before);
    expect(most).toBeGreaterThan(10 * MEGABYTE);
  });
  for (let n = 0; n < 20; n++) {
    await sleep(50);
    most = Math.max(most, held() - before);
  }
  expect(most).toBeLessThan(48 * MEGABYTE);

  await cutLog(log, topic, 0, 39n);
  const drain = async () => {
    let last: LogRecord | undefined;
    try {
      for (;;) {
        const { value } = await reading.next();
        last = value ?? last;
      }
    } catch (error) {
      expect(error).toMatchObject({ name: 'LogCut', from: (last?.offset ?? 0n) + 1n, start: 39n });
    }
    return last?.offset ?? 0n;
  };
  expect(await drain()).toBeLessThan(38n);
});

/** Bytes in buffers that somebody still holds. The first collection frees them in the background; the next one waits for that. */
function held(): number {
  gc();
  gc();
  return process.memoryUsage().arrayBuffers;
}

it('shares partitions among the members of a group, and goes on where it has committed', async () => {
  const group = `group of ${log.prefix}`;
  const written = Array.from({ length: 50 }, (_, n) => `${n}`);
  const stops = [new AbortController(), new AbortController()] as const;
  const seen: string[][] = [[], []];
  const members = stops.map(({ signal }) => stream({ group, signal }));
  const reading = members.map(async (member, n) => {
    for await (const record of member) if (record !== undefined) seen[n]?.push(text(record.value));
  });
  await eventually(() => expect(members.map((member) => member.positions.size)).toEqual([1, 1]));
  await append(0, ...written.map((n) => `0-${n}`));
  await append(1, ...written.map((n) => `1-${n}`));
  await eventually(() => expect(seen.map((some) => some.length)).toEqual([50, 50]));

  stops[0].abort();
  await reading[0];
  await eventually(() => expect(members[1]?.positions.size).toBe(2));
  await append(0, '0-more');
  await append(1, '1-more');
  await eventually(() => expect(seen[1]).toHaveLength(52));
  expect(new Set(seen.flat()).size).toBe(102);
  stops[1].abort();
  await reading[1];

  await append(0, 'last');
  expect(values(await take(stream({ group }), 1))).toEqual(['last']);
  const asked = new Offsets(log);
  const committed = await asked.allCommitted(group, topic);
  await asked.close();
  // What was in hand when the loop was left is not done with.
  expect([...committed.values()].sort()).toEqual([51n, 51n]);
});

it('has a group begin where its first member found it, though nothing came while that was there', async () => {
  const group = `group of ${log.prefix}`;
  await append(0, 'before');
  const first = new AbortController();
  const member = stream({ group, from: 'latest', signal: first.signal });
  const reading = take(member, 1).catch(() => {});
  await eventually(() => expect(member.positions.size).toBe(2));
  first.abort();
  await reading;
  await append(0, 'meanwhile');
  expect(values(await take(stream({ group, from: 'latest' }), 1))).toEqual(['meanwhile']);
});

it('has a group say what is gone as often as it is asked, until somebody sets its offset', async () => {
  const group = `group of ${log.prefix}`;
  await append(0, 'a', 'b', 'c', 'd');
  await take(stream({ group }), 2);
  await cutLog(log, topic, 0, 3n);
  for (let again = 0; again < 2; again++)
    await expect(take(stream({ group }), 1)).rejects.toMatchObject({ name: 'LogCut', partition: 0, from: 1n, start: 3n });
});
