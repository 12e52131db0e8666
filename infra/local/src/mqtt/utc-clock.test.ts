import { expect, it } from 'vitest';
import { createUtcClock } from './utc-clock.ts';

function machine() {
  const at = { ms: Date.UTC(2030, 0, 1), ns: 5_000_000n };
  return {
    at,
    clock: createUtcClock(
      () => at.ms,
      () => at.ns,
    ),
  };
}

it('tells 100 ns apart within a millisecond', () => {
  const { at, clock } = machine();
  expect(clock()).toBe('2030-01-01T00:00:00.0000000Z');
  at.ns += 100n;
  expect(clock()).toBe('2030-01-01T00:00:00.0000001Z');
  at.ns += 1_234_500n;
  at.ms += 1;
  expect(clock()).toBe('2030-01-01T00:00:00.0012346Z');
});

it('follows the system clock when that is set, or the machine slept', () => {
  const { at, clock } = machine();
  at.ms += 3_600_000;
  expect(clock()).toBe('2030-01-01T01:00:00.0000000Z');
  at.ms -= 7_200_000;
  at.ns += 100n;
  expect(clock()).toBe('2029-12-31T23:00:00.0000000Z');
  at.ns += 200n;
  expect(clock()).toBe('2029-12-31T23:00:00.0000002Z');
});

it('is the time of this machine', () => {
  const clock = createUtcClock();
  expect(Math.abs(Date.parse(clock()) - Date.now())).toBeLessThan(50);
});
