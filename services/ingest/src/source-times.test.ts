import type { NewRecord } from '@rollcall/log';
import { expect, it } from 'vitest';
import { SourceTimes } from './source-times.ts';

const record = (namespace: string, source: unknown): NewRecord => ({
  ...{ topic: 'rollcall.events', partition: 0, key: `${namespace}/client` },
  value: JSON.stringify({ source }),
});

it('knows when the last event of each source came, whatever comes late', () => {
  const sources = new SourceTimes();
  sources.note([record('west', '/west'), record('east', '/east'), record('west', '/west')], 1_000);
  sources.note([record('west', '/west')], 3_000);
  sources.note([record('west', '/west')], 2_000);
  expect([...sources.times]).toEqual([
    ['/west', 3_000],
    ['/east', 1_000],
  ]);
});

it('takes dead letters without a key, and events without a source, for what they are', () => {
  const sources = new SourceTimes();
  sources.note([{ ...record('x', '/x'), key: null }, record('none', undefined), { ...record('odd', ''), value: 'no JSON' }], 1_000);
  expect([...sources.times]).toEqual([['', 1_000]]);
});

it('tells no more than 200 sources apart', () => {
  const sources = new SourceTimes();
  for (let n = 0; n < 1_000; n++) sources.note([record(`ns${n}`, `/source/${n}`)], n);
  expect(sources.times.size).toBe(201);
  expect(sources.times.get('')).toBe(999);
});
