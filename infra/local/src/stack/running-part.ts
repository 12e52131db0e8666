import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from './part.ts';
import { PartLog } from './part-log.ts';
import { PartProcess } from './part-process.ts';
import { pidFile } from './pid-file.ts';
import { restartDelay, STEADY_AFTER } from './restart-delay.ts';

/** Given to a part, in ms, to answer after it was started. */
const ANSWERS_WITHIN = 120_000;
const ASK_EVERY = 50;

/** What happens to a part, for whoever watches the stack. Durations in ms. */
export type PartEvent =
  | { readonly is: 'preparing'; readonly text: string }
  | { readonly is: 'prepared'; readonly text: string }
  | { readonly is: 'starting' }
  | { readonly is: 'answering'; readonly after: number }
  | { readonly is: 'died'; readonly how: string; readonly startsAgainIn: number };

/** The part did not come to answer. `log` is the end of what it wrote. */
export class PartFailed extends Error {
  override readonly name = 'PartFailed';
  constructor(
    readonly part: string,
    readonly why: string,
    readonly logFile: string,
    readonly log: readonly string[],
  ) {
    super(`${part} ${why}`);
  }
}

export interface PartOptions {
  readonly dataDir: string;
  /** The environment a part gets besides its own variables. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether it is started again when it dies. */
  readonly restarts: boolean;
  readonly onEvent: (event: PartEvent) => void;
}

/** A part of the running stack. */
export class RunningPart {
  readonly #part: Part;
  readonly #options: PartOptions;
  readonly #log: PartLog;
  #process: PartProcess | undefined;
  /** Aborts when the part is meant to end, and with it whatever waits for the part. */
  #life = new AbortController();

  constructor(part: Part, options: PartOptions) {
    this.#part = part;
    this.#options = options;
    this.#log = new PartLog(options.dataDir, part.name);
  }

  get name(): string {
    return this.#part.name;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** All it has written since the stack was started. */
  log(): string {
    return this.#log.since(0);
  }

  /** To be done once, before it is started. Throws CannotRun or the abort of `signal`. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { onEvent } = this.#options;
    await this.#part.prepare?.(
      { doing: (text) => onEvent({ is: 'preparing', text }), done: (text) => onEvent({ is: 'prepared', text }) },
      signal,
    );
  }

  /** Starts it and waits until it answers. Throws PartFailed, or the abort of `signal`. */
  async start(signal?: AbortSignal): Promise<void> {
    this.#life = new AbortController();
    const stopped = signal ? AbortSignal.any([signal, this.#life.signal]) : this.#life.signal;
    await this.#run(stopped);
    if (this.#options.restarts) void this.#keepUp(this.#life.signal);
  }

  /** Ends it, in order: it may finish what it does. */
  async stop(): Promise<void> {
    this.#life.abort();
    await this.#process?.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Sends it a signal and waits until it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const killed = this.#process;
    killed?.signal(signal);
    await killed?.ended;
  }

  /** Freezes it as it is: it neither works nor notices. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
  }

  resume(): void {
    this.#process?.signal('SIGCONT');
  }

  /** The last resort, at the exit of this process. */
  killNow(): void {
    this.#life.abort();
    this.#process?.killNow();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const command = await this.#part.command();
    signal.throwIfAborted();
    this.#options.onEvent({ is: 'starting' });
    const started = Date.now();
    const logStart = this.#log.end;
    const running = new PartProcess(command, this.#options.env, this.#log, pidFile(this.#options.dataDir, this.#part.name));
    this.#process = running;
    let ended: string | undefined;
    void running.ended.then((how) => {
      ended = how;
    });
    while (!(await this.#part.answers(this.#log.since(logStart)))) {
      if (ended !== undefined) throw this.#failed(`ended before it answered (${ended})`);
      if (Date.now() - started > ANSWERS_WITHIN) {
        running.killNow();
        throw this.#failed(`did not answer within ${ANSWERS_WITHIN / 1_000} s`);
      }
      await delay(ASK_EVERY, undefined, { signal });
    }
    this.#options.onEvent({ is: 'answering', after: Date.now() - started });
  }

  /** Starts it again, and again, until it is meant to end. */
  async #keepUp(signal: AbortSignal): Promise<void> {
    let deaths = 0;
    let how = await this.#process?.ended;
    while (!signal.aborted) {
      deaths += 1;
      const startsAgainIn = restartDelay(deaths);
      this.#options.onEvent({ is: 'died', how: how ?? 'not started', startsAgainIn });
      try {
        await delay(startsAgainIn, undefined, { signal });
        await this.#run(signal);
        const answeredAt = Date.now();
        how = await this.#process?.ended;
        if (Date.now() - answeredAt > STEADY_AFTER) deaths = 0;
      } catch (error) {
        how = error instanceof PartFailed ? error.why : String(error);
      }
    }
  }

  #failed(why: string): PartFailed {
    return new PartFailed(this.name, why, this.#log.file, this.#log.lastLines(12));
  }
}
