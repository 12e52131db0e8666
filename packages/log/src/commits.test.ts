import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Commits } from './commits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What was committed, and whether Kafka takes it. */
function committing() {
  const committed: Record<string, string>[] = [];
  const kafka = { answers: true };
  const commits = new Commits(async (offsets) => {
    if (!kafka.answers) throw new Error('rebalancing');
    committed.push(Object.fromEntries([...offsets].map(([partition, offset]) => [partition, String(offset)])));
  });
  return { commits, committed, kafka };
}

it('commits each second what was consumed by then, and nothing twice', async () => {
  const { commits, committed } = committing();
  commits.consumed(0, 1n);
  commits.consumed(0, 2n);
  commits.consumed(1, 7n);
  await vi.advanceTimersByTimeAsync(999);
  expect(committed).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(committed).toEqual([{ 0: '2', 1: '7' }]);
  commits.consumed(1, 8n);
  await commits.close();
  expect(committed).toEqual([{ 0: '2', 1: '7' }, { 1: '8' }]);
});

it('says later what could not be committed', async () => {
  const { commits, committed, kafka } = committing();
  kafka.answers = false;
  commits.consumed(0, 1n);
  await vi.advanceTimersByTimeAsync(1_500);
  kafka.answers = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(committed).toEqual([{ 0: '1' }]);
});

it('commits nothing of a partition that another member has, and never moves one back', async () => {
  const { commits, committed } = committing();
  commits.consumed(0, 5n);
  commits.consumed(1, 5n);
  commits.consumed(2, 5n);
  commits.assigned(
    [0, 1],
    new Map([
      [0, 9n],
      [1, 3n],
    ]),
  );
  await commits.close();
  expect(committed).toEqual([{ 1: '5' }]);
});
