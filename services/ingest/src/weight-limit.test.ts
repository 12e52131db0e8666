import { expect, it } from 'vitest';
import { slices } from './slices.ts';
import { WeightLimit } from './weight-limit.ts';

it('runs tasks in order, and never more together than the limit; one that is heavier runs alone', async () => {
  const limit = new WeightLimit(10);
  const running = new Map<string, () => void>();
  const task = (name: string, weight: number) =>
    limit.run(weight, async () => {
      await new Promise<void>((end) => running.set(name, end));
      running.delete(name);
    });
  const all = Promise.all([task('a', 6), task('b', 4), task('c', 1), task('huge', 50), task('d', 1)]);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    running.get(name)?.();
    await settled();
    return [...running.keys()];
  };
  await settled();
  expect([...running.keys()]).toEqual(['a', 'b']);
  expect(await end('a')).toEqual(['b', 'c']);
  expect(await end('b')).toEqual(['c']);
  expect(await end('c')).toEqual(['huge']);
  expect(await end('huge')).toEqual(['d']);
  await end('d');
  await all;
});

it('goes on after a task that fails', async () => {
  const limit = new WeightLimit(1);
  await expect(limit.run(5, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await limit.run(5, async () => 'done')).toBe('done');
});

it('cuts a list by weight', () => {
  const cut = (...weights: readonly number[]) => [...slices(weights, (weight) => weight, 10)];
  expect(cut()).toEqual([]);
  expect(cut(4, 4, 4)).toEqual([[4, 4], [4]]);
  expect(cut(50, 1, 9, 1)).toEqual([[50], [1, 9], [1]]);
});
