import { beforeEach, expect, it, vi } from 'vitest';
import type { LogOptions } from './options.ts';
import { readRanges } from './read-ranges.ts';
import type { LogRecord } from './record.ts';

/** Of each partition its batches, as times of records; `broken` instead of a batch that cannot be read. */
const partitions = new Map<number, readonly (readonly number[] | 'broken')[]>();
const left: number[] = [];

vi.mock('./read-range.ts', () => ({
  readRange: async function* (_log: unknown, { partition }: { partition: number }) {
    try {
      for (const batch of partitions.get(partition) ?? []) {
        if (batch === 'broken') throw new Error('no broker');
        yield batch.map((timestamp) => ({ partition, timestamp }) as LogRecord);
      }
    } finally {
      left.push(partition);
    }
  },
}));

beforeEach(() => {
  partitions.clear();
  left.length = 0;
});

const read = () =>
  readRanges(
    {} as LogOptions,
    'topic',
    new Map([...partitions.keys()].map((partition) => [partition, { start: 0n, end: 1n }])),
    new AbortController().signal,
  );

it('gives the records of all partitions by their times, each partition in its own order', async () => {
  partitions.set(0, [[1, 4], [5]]);
  partitions.set(1, [[2], [2, 9, 3], [10]]);
  partitions.set(2, []);
  const seen = await Array.fromAsync(read(), ({ partition, timestamp }) => `${partition}@${timestamp}`);
  expect(seen).toEqual(['0@1', '1@2', '1@2', '0@4', '0@5', '1@9', '1@3', '1@10']);
});

it('leaves every partition when whoever reads has enough', async () => {
  partitions.set(0, [[1], [2]]);
  partitions.set(1, [[3], [4]]);
  for await (const _ of read()) break;
  expect(left.sort()).toEqual([0, 1]);
});

it('fails where a partition cannot be read, and leaves the others', async () => {
  partitions.set(0, [[1], 'broken']);
  partitions.set(1, [[3], [4]]);
  await expect(Array.fromAsync(read())).rejects.toThrow('no broker');
  expect(left.sort()).toEqual([0, 1]);
});
