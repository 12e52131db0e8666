import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export function pidFile(dataDir: string, name: string): string {
  return path.join(dataDir, `${name}.pid`);
}

export function writePid(file: string, pid: number): void {
  writeFileSync(file, `${pid}\n`);
}

/** The process id in a file; undefined if there is no such file or no id in it. */
export function readPid(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').trim());
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

/** Removes the file, unless it names another process by now. */
export function removePid(file: string, pid: number | undefined): void {
  if (readPid(file) === pid) rmSync(file, { force: true });
}

/** Whether the process lives and its command line has `mark` in it. An id alone proves nothing: the system gives it out again. */
export function isRunning(pid: number, mark: string): boolean {
  return commandLine(pid).includes(mark);
}

/** Empty if there is no such process, also for one that has ended and is not yet reaped. */
function commandLine(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
