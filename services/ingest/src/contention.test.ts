import { expect, it } from 'vitest';
import { Contention } from './contention.ts';

const mine = () => true;
const ofAnother = () => false;

it('is silent where another ingest of the same container has taken a partition', () => {
  const contention = new Contention(60_000);
  contention.taken('0', 0);
  expect(contention.judge(ofAnother, 1)).toEqual([]);
  expect(contention.judge(mine, 2)).toEqual([]);
  expect(contention.partitions).toEqual([]);
});

it('tells of a stranger where a partition was taken that is ours by the container', () => {
  const contention = new Contention(60_000);
  contention.taken('1', 0);
  contention.taken('0', 0);
  expect(contention.judge((id) => id === '1', 1)).toEqual(['1']);
  expect(contention.partitions).toEqual(['1']);
});

it('is over when nothing was taken for a while', () => {
  const contention = new Contention(60_000);
  contention.taken('0', 0);
  contention.judge(mine, 0);
  contention.taken('1', 59_999);
  contention.judge(mine, 59_999);
  contention.judge(mine, 60_000);
  expect(contention.partitions).toEqual(['0', '1']);
  contention.judge(mine, 119_999);
  expect(contention.partitions).toEqual([]);
});
