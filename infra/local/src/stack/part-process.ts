import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from './part.ts';
import type { PartLog } from './part-log.ts';
import { removePid, writePid } from './pid-file.ts';

/** Given to a part to end by itself, in ms, before it is killed. */
const STOP_WITHIN = 10_000;

/** One process of a part, from its start to its end. */
export class PartProcess {
  /** How it ended, in words: `exit code 1`, `SIGKILL`, or why it could not be started. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #hasEnded = false;

  constructor(command: Command, inherited: NodeJS.ProcessEnv, log: PartLog, pidFile: string) {
    const output = openSync(log.file, 'a');
    // A process group of its own: a Ctrl-C in the terminal must not reach it before its turn.
    this.#child = spawn(command.file, command.args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...inherited, ...command.env },
    });
    closeSync(output);
    if (this.#child.pid !== undefined) writePid(pidFile, this.#child.pid);
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#hasEnded = true;
        removePid(pidFile, this.#child.pid);
        resolve(how);
      };
      this.#child.on('error', (error) => end(error.message));
      this.#child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  /** Undefined once it has ended. */
  get pid(): number | undefined {
    return this.#hasEnded ? undefined : this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.pid !== undefined) this.#child.kill(signal);
  }

  /** Kills it with whatever it has started itself. */
  killNow(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }

  /** Asks it to end, and kills it if it does not. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    this.signal('SIGCONT');
    const patience = new AbortController();
    const overdue = delay(STOP_WITHIN, undefined, { signal: patience.signal }).then(
      () => this.killNow(),
      () => {},
    );
    await this.ended;
    patience.abort();
    await overdue;
  }
}
