import type { Status } from '@rollcall/client';
import { expect, it } from 'vitest';
import { showStatus } from './show-status.ts';

const status: Status = {
  behind: { arrival: 1_240, projectors: 1, redis: 3 },
  lastEvent: '2026-03-02T12:00:00.0000000Z',
  partitions: [
    {
      partition: 0,
      start: '5',
      end: '20',
      lastEvent: '2026-03-02T12:00:00.0000000Z',
      committed: '19',
      watermark: '16',
      otherWatermark: '7',
    },
    { partition: 1, start: '0', end: '0', watermark: 'restoring' },
  ],
  deadLetters: { count: 3, last: { position: { partition: 1, offset: '2' }, time: '2026-03-02T11:00:00.0000000Z', reason: 'not-json' } },
  generations: { active: 1, other: { number: 2, status: 'building' } },
  errors: [],
};

it('shows how far each stage and each partition is', () => {
  expect(showStatus(status)).toBe(
    [
      'STAGE               BEHIND',
      'Event Hubs → log    1.2 s     last event logged 2026-03-02T12:00:00.0000000Z',
      'log → projectors    1 event',
      'projectors → Redis  3 events  restoring partition 1',
      'generation                    1, beside it 2 (building)',
      'dead letters                  3, the last 2026-03-02T11:00:00.0000000Z not-json 1:2',
      '',
      'PARTITION  LOG   LAST EVENT                    PROJECTED  IN REDIS   GENERATION 2',
      '0          5-20  2026-03-02T12:00:00.0000000Z  19         16         7',
      '1          0-0   -                             -          restoring  -',
    ].join('\n'),
  );
});

it('shows nothing where nothing is known', () => {
  expect(showStatus({ behind: {}, partitions: [], errors: [] })).toBe(
    [
      'STAGE               BEHIND',
      'Event Hubs → log    -',
      'log → projectors    -',
      'projectors → Redis  -',
      'generation                  -',
      'dead letters                -',
    ].join('\n'),
  );
});
