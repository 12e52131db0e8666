import { LogUnavailable } from '@rollcall/log';
import { type GenerationsStanding, NoSnapshots, type RebuildStore } from '@rollcall/snapshots';
import { beforeEach, expect, it, vi } from 'vitest';
import type { LogSources, LogStanding } from './log-standing.ts';
import { statusOf } from './status.ts';

let kafka: () => LogStanding;
vi.mock('./log-standing.ts', () => ({ logStanding: async () => kafka() }));

const LAST = { position: { partition: 1, offset: '2' }, time: '2026-03-02T12:00:00.0000000Z', reason: 'not-json' };
beforeEach(() => {
  kafka = () => ({
    bounds: new Map([
      [0, { start: 5n, end: 20n }],
      [1, { start: 0n, end: 9n }],
    ]),
    committed: new Map([[0, 18n]]),
    newest: new Map(),
    arrival: 250,
    deadLetters: { count: 3, last: LAST },
  });
});

const GENERATIONS: GenerationsStanding = {
  active: 1,
  watermarks: [15n, 'restoring'],
  other: { number: 2, status: 'building', foldVersion: 1, settings: undefined, watermarks: [7n, undefined] },
};
const status = (standing: () => GenerationsStanding = () => GENERATIONS) =>
  statusOf({ store: { standing: async () => standing() } as RebuildStore } as LogSources & { store: RebuildStore });

it('says how far each stage is behind the one before it, and how far each partition is', async () => {
  expect(await status()).toEqual({
    // Of partition 1, of which nothing was projected, all nine are to come.
    behind: { arrival: 250, projectors: 2 + 9, redis: 3 },
    partitions: [
      { partition: 0, start: '5', end: '20', committed: '18', watermark: '15', otherWatermark: '7' },
      { partition: 1, start: '0', end: '9', watermark: 'restoring' },
    ],
    deadLetters: { count: 3, last: LAST },
    generations: { active: 1, other: { number: 2, status: 'building' } },
    errors: [],
  });
});

it('says what Redis knows while Kafka is away', async () => {
  const away = new LogUnavailable('ask Kafka for offsets', true, 'no broker');
  kafka = () => {
    throw away;
  };
  expect(await status()).toMatchObject({ behind: {}, partitions: [{ watermark: '15' }, { watermark: 'restoring' }], errors: [away] });
});

it('says what Kafka knows while Redis holds nothing', async () => {
  const empty = new NoSnapshots('rollcall');
  const { behind, partitions, errors } = await status(() => {
    throw empty;
  });
  expect({ behind, errors }).toEqual({ behind: { arrival: 250, projectors: 11 }, errors: [empty] });
  expect(partitions[0]).toEqual({ partition: 0, start: '5', end: '20', committed: '18' });
});

it('hides no fault of its own', async () => {
  await expect(
    status(() => {
      throw new TypeError('a fault');
    }),
  ).rejects.toThrow('a fault');
});
