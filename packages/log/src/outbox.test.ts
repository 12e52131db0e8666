import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';
import type { NewRecord } from './record.ts';
import { MAX_BATCH_BYTES, type PackedRecords } from './record-set.ts';
import { garbageCollector } from './testing.ts';

// What is written is read by the Kafka client's own decoder.
const kafkajs = createRequire(import.meta.url);
const Decoder = kafkajs('kafkajs/src/protocol/decoder');
const decodeRecord = kafkajs('kafkajs/src/protocol/recordBatch/record/v0/decoder');

type ReadRecord = { key: Buffer | null; value: Buffer | null; headers: Record<string, Buffer>; offset: string };

function unpack({ length, compressed }: PackedRecords): ReadRecord[] {
  const decoder = new Decoder(zstdDecompressSync(compressed));
  const records = Array.from({ length }, () =>
    decodeRecord(new Decoder(decoder.readVarIntBytes()), { firstOffset: '0', firstTimestamp: '0', magicByte: 2 }),
  );
  expect(decoder.canReadBytes(1)).toBe(false);
  expect(records.map(({ offset }) => Number(offset))).toEqual(records.map((_, at) => at));
  return records;
}

function requests(records: Iterable<NewRecord>) {
  const outbox = new Outbox();
  outbox.add(records);
  return outbox.take();
}

/** What each request holds: topic, partition and its records. */
const sent = (records: Iterable<NewRecord>) =>
  requests(records).map((round) => round.map(({ topic, partition, records: packed }) => ({ topic, partition, records: unpack(packed) })));
const text = (content: Uint8Array | null) => content && Buffer.from(content).toString();
const record = (value: NewRecord['value'], more: Partial<NewRecord> = {}): NewRecord => ({
  topic: 'rollcall.events',
  partition: 0,
  key: 'ns/c',
  value,
  ...more,
});
const lengths = (records: Iterable<NewRecord>) => sent(records).map((sets) => sets.map((set) => set.records.length));

describe('records on their way to Kafka', () => {
  it('arrive as they were: texts, bytes, several parts, nothing at all', () => {
    const bytes = Buffer.from('..abc..').subarray(2, 5);
    const [[set] = []] = sent([
      record('{"zu":"früh 😀"}'),
      record(bytes, { key: new Uint8Array(bytes), headers: { reason: 'zu früh', detail: '' } }),
      record(['{"event":', '{"é":1}', Buffer.from('}')]),
      record(null, { key: null }),
      record(''),
    ]);
    expect(
      set?.records.map(({ key, value, headers }) => [text(key), text(value), Object.entries(headers).map(([k, v]) => [k, text(v)])]),
    ).toEqual([
      ['ns/c', '{"zu":"früh 😀"}', []],
      [
        'abc',
        'abc',
        [
          ['reason', 'zu früh'],
          ['detail', ''],
        ],
      ],
      ['ns/c', '{"event":{"é":1}}', []],
      [null, null, []],
      ['ns/c', '', []],
    ]);
  });

  it('are any bytes of any length, as the Kafka client reads them', () => {
    const content = fc.oneof(
      fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
      fc.uint8Array({ maxLength: 300 }),
      fc.constant(null),
    );
    const one = fc.record({ key: content, value: fc.oneof(content, fc.constant('x'.repeat(20_000))) });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 200 }), (records) => {
        const [[set] = []] = sent(records.map(({ key, value }) => record(value, { key })));
        const bytes = (some: string | Uint8Array | null) => (some === null ? null : Buffer.from(some as string));
        expect(set?.records.map(({ key, value }) => [key, value])).toEqual(records.map(({ key, value }) => [bytes(key), bytes(value)]));
      }),
      { numRuns: 50 },
    );
  });

  it('go to the topic and partition that each names, in their order', () => {
    const other = { topic: 'rollcall.dead-letters', partition: 7 };
    expect(sent([record('a'), record('x', other), record('b'), record('y', { partition: 7 })])).toEqual([
      [
        {
          topic: 'rollcall.events',
          partition: 0,
          records: [expect.objectContaining({ value: Buffer.from('a') }), expect.objectContaining({ value: Buffer.from('b') })],
        },
        { topic: 'rollcall.events', partition: 7, records: [expect.objectContaining({ value: Buffer.from('y') })] },
        { ...other, records: [expect.objectContaining({ value: Buffer.from('x') })] },
      ],
    ]);
  });

  it('go in as many requests as it takes: a partition has one batch in each', () => {
    const large = record('x'.repeat(MAX_BATCH_BYTES / 2 - 100));
    expect(lengths([large, large, large, record('y', { partition: 1 })])).toEqual([[2, 1], [1]]);
  });

  it('count as the bytes of a text, not its characters: four bytes of an emoji are two characters', () => {
    expect(lengths(Array.from({ length: 30 }, () => record('😀'.repeat(25_000))))).toEqual([[8], [8], [8], [6]]);
  });

  it('count with their headers: a dead letter may be little else', () => {
    expect(lengths(Array.from({ length: 4 }, () => record(null, { headers: { detail: 'x'.repeat(400_000) } })))).toEqual([[2], [2]]);
  });

  it('are alone in a request where one is larger than that', () => {
    expect(lengths([record('a'), record(new Uint8Array(2_000_000)), record('b'), record(null)])).toEqual([[1], [1], [2]]);
  });

  it('are no request where there are none', () => {
    expect(requests([])).toEqual([]);
  });

  it('are taken once, and counted until then, as soon as they are compressed', () => {
    const outbox = new Outbox();
    outbox.add([record('few')]);
    expect(outbox.bytes).toBe(0);
    outbox.add([record(randomBytes(900_000))]);
    outbox.add([record(randomBytes(900_000))]);
    expect(outbox.bytes).toBeGreaterThan(900_000);
    expect(outbox.take()).toHaveLength(3);
    expect([outbox.bytes, outbox.take()]).toEqual([0, []]);
  });

  it('leave nothing to the collector of the old heap once they are sent', () => {
    const gc = garbageCollector();
    const outbox = new Outbox();
    const bytes = randomBytes(50_000);
    const keptAfter = (times: number) => {
      for (let time = 0; time < times; time++) {
        outbox.add([record(bytes)]);
        outbox.take();
      }
      // What outlives two of these is in the old heap.
      for (let round = 0; round < 3; round++) gc({ type: 'minor' });
      return process.memoryUsage().arrayBuffers;
    };
    outbox.add([record(bytes)]);
    gc();
    gc(); // The first frees buffers in the background.
    const before = keptAfter(1);
    expect(keptAfter(200) - before).toBeLessThan(20 * bytes.length);
  });
});
