import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Task } from './host.ts';
import type { Mutant } from './mutant.ts';
import type { Suite } from './suites.ts';

export interface Trial {
  readonly verdict: 'caught by units' | 'caught by properties' | 'survived' | 'broken';
  /** The test that caught it, or why it is broken. */
  readonly by: string;
}

/** In milliseconds, for a mutant that makes the fold go on for ever: it is caught then. */
const TIMEOUTS: Readonly<Record<Suite, number>> = { units: 120_000, properties: 600_000 };
/** Of the histories that the properties are usually tried on. */
const SHARE = '0.1';
/** Modules are never unloaded: a process that has seen so many mutants makes room. */
const MOST_TASKS = 100;

/** Tries mutants, one at a time. The work tree stays as it is: a mutant is there only in the memory of the process that loads it. */
export class Laboratory implements Disposable {
  #host: ChildProcess | undefined;
  #tasks = 0;

  /** The unit tests first, for they are fast; the properties only where these see nothing. Rejects where it is stopped. */
  async try(mutant: Mutant): Promise<Trial> {
    for (const suite of ['units', 'properties'] as const) {
      const { verdict, by } = await this.run(suite, mutant);
      if (verdict === 'broken') return { verdict, by };
      if (verdict === 'failed') return { verdict: `caught by ${suite}`, by };
    }
    return { verdict: 'survived', by: '' };
  }

  /** A suite on the fold as it is, or with a mutant in it. */
  async run(suite: Suite, mutant?: Mutant): Promise<Outcome> {
    if (this.#tasks++ % MOST_TASKS === 0) this[Symbol.dispose]();
    this.#host ??= fork(HOST, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ROLLCALL_HISTORIES: SHARE },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const host = this.#host;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        host.once('message', (outcome) => resolve(outcome as Outcome));
        host.once('exit', () => {
          if (this.#host !== host) return reject(new Error('stopped'));
          this.#host = undefined;
          resolve({ verdict: 'failed', by: 'its process ended' });
        });
        host.once('error', reject);
        timer = setTimeout(() => {
          this[Symbol.dispose]();
          resolve({ verdict: 'failed', by: `more than ${TIMEOUTS[suite] / 1000} s` });
        }, TIMEOUTS[suite]);
        host.send({ suite, mutant } satisfies Task);
      });
    } finally {
      clearTimeout(timer);
      host.removeAllListeners();
    }
  }

  [Symbol.dispose](): void {
    this.#host?.kill('SIGKILL');
    this.#host = undefined;
  }
}

const HOST = fileURLToPath(new URL(`./host${path.extname(import.meta.url)}`, import.meta.url));
