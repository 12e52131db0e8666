import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { type Mutant, mutated } from './mutant.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What is copied: the fold, what it imports, and their tests. */
export const SOURCES = ['packages/fold/src', 'packages/schema/src', 'test/src/properties'];

const UNITS = ['packages/fold/src/**/*.test.ts', 'packages/schema/src/state-record.test.ts'];
const PROPERTIES = ['test/src/properties/{model,changes}.test.ts', 'test/src/properties/law/law.test.ts'];
/** Of the histories that the properties are usually tried on. */
const SHARE = 0.1;

export type Suite = 'units' | 'properties';

/** `broken`: the mutant does not even load, so its tests say nothing. */
export interface Outcome {
  readonly verdict: 'passed' | 'failed' | 'timed out' | 'broken' | 'stopped';
  /** The test that failed first, or what vitest printed where it is broken. */
  readonly by: string;
}

/** A copy of the fold with its tests, in a folder of its own: the work tree is never edited. Packages see each other's sources, not `dist`. */
export class Workspace implements AsyncDisposable {
  private constructor(private readonly dir: string) {}

  static async create(): Promise<Workspace> {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-mutants-'));
    for (const source of SOURCES) await cp(path.join(ROOT, source), path.join(dir, source), { recursive: true });
    await writeFile(path.join(dir, 'package.json'), '{"type":"module"}');
    await symlink(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
    for (const suite of ['units', 'properties'] as const) await writeFile(path.join(dir, `${suite}.config.mjs`), configOf(dir, suite));
    return new Workspace(dir);
  }

  /** The suite on the fold as it is, or with a mutant in it; bounded by a time-out in milliseconds. */
  async run(suite: Suite, mutant: Mutant | undefined, timeout: number, signal?: AbortSignal): Promise<Outcome> {
    if (mutant === undefined) return this.#vitest(suite, timeout, signal);
    const file = path.join(this.dir, mutant.file);
    const source = await readFile(file, 'utf8');
    await writeFile(file, mutated(source, mutant));
    try {
      return await this.#vitest(suite, timeout, signal);
    } finally {
      await writeFile(file, source);
    }
  }

  #vitest(suite: Suite, timeout: number, signal: AbortSignal | undefined): Promise<Outcome> {
    const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--config', `${suite}.config.mjs`];
    const child = spawn(process.execPath, args, { cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);
    const stop = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', stop);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        if (signal?.aborted) resolve({ verdict: 'stopped', by: '' });
        else if (late) resolve({ verdict: 'timed out', by: '' });
        else resolve(outcomeOf(code, stripVTControlCharacters(output)));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true });
  }
}

/** In one thread without isolation, each file of the fold is loaded once for all its tests. */
function configOf(dir: string, suite: Suite): string {
  const source = (name: string) => path.join(dir, 'packages', name);
  return `export default ${JSON.stringify({
    cacheDir: path.join(dir, '.cache'),
    resolve: {
      alias: [
        { find: '@rollcall/fold/testing', replacement: source('fold/src/testing/index.ts') },
        { find: '@rollcall/fold', replacement: source('fold/src/index.ts') },
        { find: '@rollcall/schema', replacement: source('schema/src/index.ts') },
      ],
    },
    test: {
      include: suite === 'units' ? UNITS : PROPERTIES,
      env: { ROLLCALL_HISTORIES: String(SHARE) },
      bail: 1,
      isolate: false,
      maxWorkers: 1,
      pool: 'threads',
      reporters: ['dot'],
      testTimeout: 30_000,
    },
  })};\n`;
}

const DOES_NOT_LOAD = /ReferenceError|SyntaxError|Transform failed|PARSE_ERROR|No test files found/;

function outcomeOf(code: number | null, output: string): Outcome {
  if (code === 0) return { verdict: 'passed', by: '' };
  const failed = /^\s*FAIL\s+(.*)$/m.exec(output)?.[1];
  if (failed === undefined || DOES_NOT_LOAD.test(output)) return { verdict: 'broken', by: output };
  return { verdict: 'failed', by: failed };
}
