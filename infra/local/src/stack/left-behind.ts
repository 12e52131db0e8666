import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PART_NAMES, type PartName } from './part.ts';
import { isRunning, pidFile, readPid } from './pid-file.ts';

/** Given to a process to end by itself, in ms, before it is killed. */
const END_WITHIN = 10_000;

/** Ends the parts that a start which was killed has left behind, the last first; returns their names. */
export async function endLeftBehind(dataDir: string): Promise<PartName[]> {
  const ended: PartName[] = [];
  for (const name of PART_NAMES.toReversed()) {
    const file = pidFile(dataDir, name);
    const pid = readPid(file);
    if (pid !== undefined && isRunning(pid, dataDir)) {
      await end(pid, dataDir);
      ended.push(name);
    }
    rmSync(file, { force: true });
  }
  return ended;
}

async function end(pid: number, mark: string): Promise<void> {
  const deadline = Date.now() + END_WITHIN;
  process.kill(pid, 'SIGTERM');
  process.kill(pid, 'SIGCONT');
  while (isRunning(pid, mark)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(50);
  }
}
