import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { CannotRun } from './part.ts';
import { isRunning, pidFile, readPid } from './pid-file.ts';

/** Makes this process the only one that runs a stack on the folder; returns what gives it up. Throws CannotRun if another does. */
export function claim(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = pidFile(dataDir, 'stack');
  const owner = readPid(file);
  if (owner !== undefined && owner !== process.pid && isRunning(owner, 'main.js')) {
    throw new CannotRun(
      `A stack already runs on ${dataDir} (process ${owner}). Stop it with Ctrl-C or kill ${owner}, or choose another ROLLCALL_DATA_DIR.`,
    );
  }
  rmSync(file, { force: true });
  writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
  return () => {
    if (readPid(file) === process.pid) rmSync(file);
  };
}
