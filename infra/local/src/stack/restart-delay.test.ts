import { expect, it } from 'vitest';
import { restartDelay } from './restart-delay.ts';

it('starts a part again soon, and ever later while it keeps dying', () => {
  expect([1, 2, 3, 4, 5].map(restartDelay)).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
});

it('never waits longer than half a minute', () => {
  expect([7, 8, 2_000].map(restartDelay)).toEqual([30_000, 30_000, 30_000]);
});
