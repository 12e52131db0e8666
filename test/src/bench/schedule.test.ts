import { formatTime, parseTime, type Time } from '@rollcall/schema';
import { expect, it } from 'vitest';
import { dueOf, Schedule, timeOf } from './schedule.ts';

const options = { start: 1_780_000_000_000, rate: 1_000, warmUp: 2, seconds: 3, clients: 10_000 };

it('makes each event due at its place in the second, whatever became of the one before', () => {
  const schedule = new Schedule({ ...options, rate: 5_000 });
  expect(schedule.due(0)).toBe(options.start);
  expect(schedule.due(1)).toBeCloseTo(options.start + 0.2, 3);
  expect(schedule.due(10_000)).toBe(options.start + 2_000);
});

it('measures after the warm-up only', () => {
  const schedule = new Schedule(options);
  const samples = [...schedule.samples()];
  expect([schedule.count, schedule.measured, samples.length]).toEqual([5_000, 3_000, 150]);
  expect(samples[0]?.due).toBe(options.start + 2_000);
});

it('gives a sampled client time between its events, and nobody else sends of it', () => {
  const schedule = new Schedule(options);
  const lastDue = new Map<number, number>();
  for (const { n, due } of schedule.samples()) {
    expect(due - (lastDue.get(n) ?? 0)).toBeGreaterThan(5_000);
    lastDue.set(n, due);
  }
  for (const draw of [0, 0.5, 0.999_999]) expect(lastDue.has(schedule.client(1, draw))).toBe(false);
});

it('samples every event at a low rate', () => {
  expect([...new Schedule({ ...options, rate: 20 }).samples()]).toHaveLength(60);
});

it('finds when an event was due in the time that it carries', () => {
  const due = options.start + 1_234.567_8;
  expect(dueOf(parseTime(formatTime(timeOf(due))) as Time)).toBeCloseTo(due, 3);
});
