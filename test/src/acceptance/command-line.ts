import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROLLCALL = fileURLToPath(new URL('../../../packages/cli/bin/rollcall.js', import.meta.url));

export interface CommandResult {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  printed(): string;
  readonly result: Promise<CommandResult>;
}

/** Runs `rollcall` to its end. */
export function runCommand(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<CommandResult> {
  const { process, result } = startCommand(args, env);
  process.stdin?.end(input);
  return result;
}

/** Starts `rollcall`, with nothing in its environment but what finds programs and the stack. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>>): RunningCommand {
  return startProgram(ROLLCALL, args, env);
}

/** Starts a program of Node. */
export function startProgram(file: string, args: readonly string[], env: Readonly<Record<string, string>>): RunningCommand {
  const child = spawn(process.execPath, [file, ...args], { env: { PATH: process.env['PATH'], ...env } });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', (code) => resolve(code)));
  const result = Promise.all([ended, text(child.stderr)]).then(([code, stderr]) => ({ code, stdout: printed, stderr }));
  return { process: child, printed: () => printed, result };
}
