import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cpuSeconds, parseCpuSeconds, parsePeakMegabytes, peakMegabytes, residentMegabytes } from './process-usage.ts';

it('adds up the user and system time of a process and of its ended children', () => {
  const stat = '4711 (node) S 1 4711 4711 0 -1 4194560 8112 0 3 0 1250 340 7 3 20 0 11 0 8122 1270000000 25000';
  expect(parseCpuSeconds(stat)).toBe(16);
});

it('reads the times of a program whose name has spaces and brackets', () => {
  expect(parseCpuSeconds('1 (a (b) c) d) R 0 1 1 0 -1 0 0 0 0 0 100 0 0 0 20 0')).toBe(1);
});

it('refuses what is no such line', () => {
  expect(() => parseCpuSeconds('')).toThrow(TypeError);
  expect(() => parsePeakMegabytes('Name:\tnode\nState:\tZ (zombie)\n')).toThrow('a process that has ended');
});

it('reads the peak, not the present memory', () => {
  expect(parsePeakMegabytes('VmPeak:\t 9999999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n')).toBe(200);
});

it('sees the processor time and the memory that this process takes', async () => {
  const before = cpuSeconds(process.pid);
  const used = process.cpuUsage();
  while (process.cpuUsage(used).user < 100_000) await sleep(0);
  expect(cpuSeconds(process.pid) - before).toBeGreaterThan(0.05);
  const resident = residentMegabytes(process.pid);
  expect(resident).toBeGreaterThan(10);
  expect(peakMegabytes(process.pid)).toBeGreaterThanOrEqual(resident);
});
