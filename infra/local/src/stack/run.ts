import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Finished {
  /** The exit code; undefined if the program could not be started or was killed. */
  readonly code: number | undefined;
  /** The program is not installed. */
  readonly missing: boolean;
  readonly lines: readonly string[];
}

interface Options {
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end and collects what it writes, in the order it comes. Throws only when `signal` aborts. */
export function tryRun(file: string, args: readonly string[], options: Options): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], signal: options.signal });
    for (const output of [child.stdout, child.stderr]) {
      createInterface(output).on('line', (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal.aborted) reject(error);
      else resolve({ code: undefined, missing: error.code === 'ENOENT', lines: [error.message] });
    });
    child.on('close', (code) => resolve({ code: code ?? undefined, missing: false, lines }));
  });
}

/** Runs a program that must succeed. The error holds the end of what it wrote. */
export async function run(file: string, args: readonly string[], options: Options): Promise<void> {
  const { code, lines } = await tryRun(file, args, options);
  if (code !== 0) throw new Error([`${file} ended with ${code ?? 'a signal'}:`, ...lines.slice(-5)].join('\n  '));
}
