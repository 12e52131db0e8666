import { expect, it } from 'vitest';
import { backlog } from '../bench/backlog.ts';

/** Below what 200 MB read ahead at once would take, and what credit that grew while there was nothing to read would let in. */
const BAR = 400;

it('holds a bounded part of 200 MB in memory after idle time, while Kafka is frozen', { timeout: 240_000 }, async () => {
  const what = {
    partitions: 8,
    messages: 200,
    bytes: 990_000,
    shape: 'one',
    idleSeconds: 12,
    smallBefore: 2_000,
    frozenSeconds: 10,
  } as const;
  const { peakMegabytes } = await backlog({ ...what, say: () => {} });
  expect(peakMegabytes).toBeLessThan(BAR);
});
