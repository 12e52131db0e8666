import { Rollcall } from '@rollcall/client';
import { stringifyJson } from '@rollcall/schema';
import { explain } from './failures.ts';
import { type Paint, painter } from './paint.ts';
import { rollcallOptions } from './settings.ts';

/** What a command needs of the process that it runs in. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream;

  /** Runs a question and closes Rollcall after it. What is expected to go wrong (`failures.ts`) becomes one line on stderr and an exit code. */
  answer(question: (rollcall: Rollcall) => Promise<void>): Promise<void>;

  /** Prints one answer, or the next of a sequence: for people, or as one line of JSON for machines. */
  print<T>(value: T, asJson: boolean | undefined, show: (value: T, paint: Paint) => string): void;

  /** Writes bytes as they are. */
  write(bytes: Uint8Array): void;

  /** Shows how far a long work has come: one line on stderr that replaces the last one, and goes away before anything is printed.
   *  Shown to a terminal only, and at most ten times a second. */
  progress(line: string): void;

  /** Makes Ctrl-C, SIGTERM and a closed pipe end the command in order: aborts at the first, the second kills. */
  stopSignal(): AbortSignal;
}

/** Least time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 100;
const CLEAR_LINE = '\r\u001b[2K';

export function createContext(host: NodeJS.Process): Context {
  const paint = painter(host.stdout);
  let stop: AbortController | undefined;
  let progressAt: number | undefined;
  const clearProgress = () => {
    if (progressAt !== undefined) host.stderr.write(CLEAR_LINE);
    progressAt = undefined;
  };
  // Whoever read it, such as `head`, has enough.
  host.stdout.on('error', () => (stop === undefined ? host.exit() : stop.abort()));

  return {
    env: host.env,
    stdin: host.stdin,
    async answer(question) {
      try {
        await using rollcall = new Rollcall(rollcallOptions(host.env));
        await question(rollcall);
      } catch (error) {
        const failure = explain(error);
        if (failure === undefined) throw error;
        clearProgress();
        host.stderr.write(`${failure.line}\n`);
        host.exitCode = failure.exitCode;
      } finally {
        clearProgress();
      }
    },
    print(value, asJson, show) {
      clearProgress();
      host.stdout.write(`${asJson ? stringifyJson(value) : show(value, paint)}\n`);
    },
    write(bytes) {
      host.stdout.write(bytes);
    },
    progress(line) {
      const now = performance.now();
      if (!host.stderr.isTTY || (progressAt !== undefined && now - progressAt < PROGRESS_INTERVAL)) return;
      progressAt = now;
      host.stderr.write(CLEAR_LINE + line.slice(0, host.stderr.columns - 1));
    },
    stopSignal() {
      const controller = new AbortController();
      stop = controller;
      host.once('SIGINT', () => controller.abort()).once('SIGTERM', () => controller.abort());
      return controller.signal;
    },
  };
}
