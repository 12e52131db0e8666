import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { COMPRESSION, compressRecords } from './compression.ts';
import { garbageCollector } from './testing.ts';

const gc = garbageCollector();

describe('compressed records', () => {
  it.each([100, 5_000, 100_000, 3_000_000])('come back as they were: %i bytes', async (length) => {
    const records = recordsOf(length);
    expect(Buffer.compare(await decompress(compressRecords(records)), records)).toBe(0);
  });

  it('that compress badly come back in a buffer of at most twice their size', async () => {
    const records = Buffer.from(Array.from({ length: 50_000 }, () => Math.floor(256 * Math.random())));
    const back = await decompress(compressRecords(records));
    expect(back.equals(records)).toBe(true);
    expect(back.buffer.byteLength).toBeLessThanOrEqual(2 * records.length);
  });

  it('leave no buffers to the collector of the old heap, which would stop everything for them', async () => {
    const compressed = compressRecords(recordsOf(5_000));
    const keptAfter = async (times: number) => {
      for (let time = 0; time < times; time++) compressRecords(await decompress(compressed));
      // What outlives two of these is in the old heap.
      for (let round = 0; round < 3; round++) gc({ type: 'minor' });
      return process.memoryUsage().arrayBuffers;
    };
    const before = await keptAfter(10);
    expect((await keptAfter(500)) - before).toBeLessThan(500 * 1_000);
  });
});

async function decompress(compressed: Buffer): Promise<Buffer> {
  const codec = kafkajs.CompressionCodecs[COMPRESSION];
  return await (codec as () => { decompress(buffer: Buffer): Promise<Buffer> })().decompress(compressed);
}

/** Of texts that are alike, as events are. */
function recordsOf(length: number): Buffer {
  const texts = Array.from({ length: Math.ceil(length / 50) }, (_, at) => `{"client":"client-${at * 7_919}","time":"${at * 104_729}"}`);
  return Buffer.from(texts.join('')).subarray(0, length);
}
