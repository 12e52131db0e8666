import { expect, it } from 'vitest';
import { atLeast, atMost, below, medianOf, reportOf, shown } from './report.ts';

const columns = [
  { name: 'events/s', of: (run: { rate: number; cpu: number }) => run.rate, digits: 0 },
  { name: 'CPU s', of: (run: { rate: number; cpu: number }) => run.cpu, digits: 1 },
];
const runs = [
  { rate: 40_000, cpu: 9.96 },
  { rate: 9_000, cpu: 30 },
  { rate: 41_234.4, cpu: 10 },
];

it('shows the median of the runs with the least and the greatest', () => {
  expect(shown(reportOf('Throughput', columns, new Map([['Rollcall', runs]])))).toBe(`
### Throughput

|          |              events/s |            CPU s |
|----------|----------------------:|-----------------:|
| Rollcall | 40,000 (9,000–41,234) | 10.0 (10.0–30.0) |
`);
});

it('keeps every run for whoever reads the JSON', () => {
  const [row] = reportOf('Throughput', columns, new Map([['Rollcall', runs]])).rows;
  expect(JSON.parse(JSON.stringify(row?.figures[1]))).toEqual({
    name: 'CPU s',
    digits: 1,
    median: 10,
    min: 9.96,
    max: 30,
    runs: [9.96, 30, 10],
  });
});

it('says which bar was missed', () => {
  const bars = [atLeast('faster', 1.5, 1.5), atMost('cost', 1.3001, 1.3)];
  expect(shown(reportOf('Ratios', columns, new Map(), bars))).toContain(
    '- faster: 1.50 (at least 1.5)\n- cost: 1.30 (at most 1.3): **missed**\n',
  );
});

it('takes a bar that must not be reached at its word', () => {
  expect([below('p99', 99.9, 100).holds, below('p99', 100, 100).holds]).toEqual([true, false]);
});

it('misses a bar of which nothing was measured', () => {
  expect(
    atLeast(
      'ratio',
      medianOf(undefined, () => 1),
      1,
    ).holds,
  ).toBe(false);
  expect(
    atMost(
      'ratio',
      medianOf([], () => 1),
      1,
    ).holds,
  ).toBe(false);
});
