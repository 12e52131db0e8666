import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Hub } from './hub.ts';

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const open = (partitions: number) => new Hub({ name: 'life cycle', partitions, retainedEvents: 10, dir });

it('has the partitions it was given and no other', () => {
  const hub = open(3);
  expect(hub.partitionIds).toEqual(['0', '1', '2']);
  expect(hub.partitionIds.map((id) => hub.partition(id).next)).toEqual([0, 0, 0]);
  for (const id of ['3', '-1', '01', '1.0', '', 'length']) {
    expect(() => hub.partition(id)).toThrow('should be between 0 and 2.');
  }
});

it('keeps the time of its creation until its data is deleted', async () => {
  const before = Date.now();
  const { createdAt } = open(1);
  expect(createdAt.getTime()).toBeGreaterThanOrEqual(before);
  expect(createdAt.getTime()).toBeLessThanOrEqual(Date.now());
  await vi.waitUntil(() => Date.now() > createdAt.getTime(), { interval: 1 });

  expect(open(2).createdAt).toEqual(createdAt);
  open(1)
    .partition('0')
    .append([Buffer.from('event')], Date.now());
  open(1).delete();
  const again = open(1);
  expect(again.createdAt.getTime()).toBeGreaterThan(createdAt.getTime());
  expect(again.partition('0').next).toBe(0);
});

it('gives a key the same partition after a restart, and uses all partitions', () => {
  const keys = Array.from({ length: 100 }, (_, index) => `client-${index}`);
  const placed = (hub: Hub) => keys.map((key) => hub.partitionIds.findIndex((id) => hub.partition(id) === hub.partitionFor(key)));
  const before = placed(open(4));
  expect(new Set(before)).toEqual(new Set([0, 1, 2, 3]));
  expect(placed(open(4))).toEqual(before);
});

it('lets the partitions take turns where there is no key', () => {
  const hub = open(2);
  const [zero, one] = [hub.partition('0'), hub.partition('1')];
  expect([1, 2, 3, 4].map(() => hub.partitionFor(undefined))).toEqual([zero, one, zero, one]);
});
