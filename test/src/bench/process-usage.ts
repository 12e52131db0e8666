import { readFileSync } from 'node:fs';
import type { RunningPart } from '@rollcall/local';

/** Units of the times in /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_MEGABYTE = 1_048_576;

/** Seconds of processor time that a process has taken so far, user and system: all its threads, ended ones too, and the children that have
 *  ended. Linux only. Throws if there is no such process. */
export function cpuSeconds(pid: number): number {
  return parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** The most memory that a process has held so far, in megabytes. Linux only. Throws if there is no such process. */
export function peakMegabytes(pid: number): number {
  return parsePeakMegabytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** The memory that a process holds now, in megabytes. Linux only. Throws if there is no such process. */
export function residentMegabytes(pid: number): number {
  return parseMegabytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS');
}

/** Of a part of a stack. Throws if it has ended. */
export function cpuOf({ name, pid }: RunningPart): number {
  if (pid === undefined) throw new Error(`${name} has ended`);
  return cpuSeconds(pid);
}

/** Of several processes together. */
export function totalCpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

/** Of several processes together, each at its own peak. */
export function totalPeakMegabytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + peakMegabytes(pid), 0);
}

/** From the text of /proc/PID/stat. The program's name, in brackets, may hold anything: spaces and brackets too. */
export function parseCpuSeconds(stat: string): number {
  const [, , , , , , , , , , , utime, stime, cutime, cstime] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [utime, stime, cutime, cstime].map(Number).reduce((sum, part) => sum + part, 0);
  if (Number.isNaN(ticks)) throw new TypeError(`not a line of /proc/PID/stat: ${stat}`);
  return ticks / TICKS_PER_SECOND;
}

/** From the text of /proc/PID/status. */
export function parsePeakMegabytes(status: string): number {
  return parseMegabytes(status, 'VmHWM');
}

function parseMegabytes(status: string, field: 'VmHWM' | 'VmRSS'): number {
  const [, kibibytes] = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status) ?? [];
  if (kibibytes === undefined) throw new TypeError(`no ${field} in /proc/PID/status: a process that has ended`);
  return (Number(kibibytes) * 1_024) / BYTES_PER_MEGABYTE;
}
