import { describe, expect, it } from 'vitest';
import type { Offsets } from './offsets.ts';
import { type Interval, PlaceInvalid, rangesOf } from './place.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');

/** Two partitions, of which the second lost its first ten records; a record each millisecond from noon on. */
const offsets = {
  allBounds: async () =>
    new Map([
      [0, { start: 0n, end: 20n }],
      [1, { start: 10n, end: 30n }],
    ]),
  at: async (_topic: string, time: number) => {
    const since = BigInt(Math.max(0, time - NOON));
    return new Map([
      [0, since < 20n ? since : 20n],
      [1, since < 20n ? since + 10n : 30n],
    ]);
  },
} as unknown as Offsets;

const ranges = async (interval: Interval) =>
  Object.fromEntries(
    [...(await rangesOf(offsets, 'topic', interval))].map(([partition, { start, end }]) => [partition, `${start}-${end}`]),
  );

describe('what lies between two places', () => {
  it('is all that is kept where none is named', async () => {
    expect(await ranges({})).toEqual({ 0: '0-20', 1: '10-30' });
  });

  it('begins with the record of the first offset, and ends before that of the second', async () => {
    expect(await ranges({ from: { offsets: { 0: '5', 1: '12' } }, to: { offsets: { 0: '7', 1: '30' } } })).toEqual({
      0: '5-7',
      1: '12-30',
    });
  });

  it('leaves out a partition of which a place says nothing', async () => {
    expect(await ranges({ from: { offsets: { 0: '5' } } })).toEqual({ 0: '5-20', 1: '10-10' });
    expect(await ranges({ to: { offsets: { 1: '15' } } })).toEqual({ 0: '0-0', 1: '10-15' });
  });

  it('is not asked of a partition that is none', async () => {
    await expect(ranges({ to: { offsets: { 2: '1' } } })).rejects.toThrow(new PlaceInvalid('there is no partition 2, but 0 to 1'));
  });

  it('begins with the first record of a millisecond, and ends with the last of one', async () => {
    const [from, to] = [{ time: '2026-03-02T12:00:00.0035Z' }, { time: new Date(NOON + 3) }];
    expect(await ranges({ from, to })).toEqual({ 0: '3-4', 1: '13-14' });
  });

  it('is no more than what is kept, and nothing where it would end before it begins', async () => {
    expect(await ranges({ from: { offsets: { 0: '0', 1: '3' } }, to: { offsets: { 0: '99', 1: '5' } } })).toEqual({
      0: '0-20',
      1: '10-10',
    });
    expect(await ranges({ from: { offsets: { 0: '9' } }, to: { offsets: { 0: '4' } } })).toMatchObject({ 0: '9-9' });
  });

  it.each([{ time: 'yesterday' }, { time: new Date(Number.NaN) }, { offsets: { 0: '-1' } }, { offsets: { 0: '1.5' } }])(
    'is refused where a place is none: %j',
    async (place) => {
      await expect(rangesOf(offsets, 'topic', { from: place })).rejects.toThrow(PlaceInvalid);
      await expect(rangesOf(offsets, 'topic', { to: place })).rejects.toThrow(PlaceInvalid);
    },
  );
});
