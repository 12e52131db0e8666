import { expect, it } from 'vitest';
import { percentilesOf } from './percentiles.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => count - n);

it('takes the sample below which so many lie, whatever their order', () => {
  expect(percentilesOf(upTo(1_000))).toEqual({ p50: 500, p99: 990, p999: 999, samples: 1_000 });
});

it('shows the worst of a hundred as what 99.9 % do not exceed, and the one before it for 99 %', () => {
  expect(percentilesOf([...upTo(99).fill(1), 5_000])).toEqual({ p50: 1, p99: 1, p999: 5_000, samples: 100 });
});

it('is the sample itself where there is one', () => {
  expect(percentilesOf([7])).toEqual({ p50: 7, p99: 7, p999: 7, samples: 1 });
});

it('has no percentiles of nothing', () => {
  expect(() => percentilesOf([])).toThrow(RangeError);
});
