import { mkdirSync } from 'node:fs';
import type { LocalStack } from '@rollcall/service';
import { azurite } from './azurite.ts';
import { kafka } from './kafka.ts';
import { CannotRun, PART_NAMES, type PartFactory, type PartName } from './part.ts';
import { redis } from './redis.ts';
import { eventhubs, ingest, mqtt, projector } from './rollcall-parts.ts';
import { type PartEvent, RunningPart } from './running-part.ts';

const PARTS: Record<PartName, PartFactory> = { kafka, redis, azurite, eventhubs, mqtt, ingest, projector };

export interface StackOptions {
  readonly parts: readonly PartName[];
  /** The parts that are started again when they die. */
  readonly restarts: readonly PartName[];
  /** The environment every part gets besides its own variables. */
  readonly env: NodeJS.ProcessEnv;
  readonly onEvent?: (part: PartName, event: PartEvent) => void;
}

/** One more process of a part. */
export interface AddedPart {
  /** Its name in the data folder: no other has it. */
  readonly as: string;
  /** Settings for it alone; they win over those of the stack. */
  readonly env?: Readonly<Record<string, string>>;
  /** Path of another build of its program. */
  readonly program?: string | undefined;
}

/** The parts that run on one data folder. */
export class Stack {
  readonly #parts: Map<string, RunningPart>;
  readonly #killNow = () => {
    for (const part of this.#parts.values()) part.killNow();
  };

  constructor(
    private readonly addresses: LocalStack,
    private readonly options: StackOptions,
  ) {
    mkdirSync(addresses.dataDir, { recursive: true });
    this.#parts = new Map(
      PART_NAMES.filter((name) => options.parts.includes(name)).map((name) => [
        name,
        new RunningPart(PARTS[name](addresses, options.env), {
          dataDir: addresses.dataDir,
          env: options.env,
          restarts: options.restarts.includes(name),
          onEvent: (event) => options.onEvent?.(name, event),
        }),
      ]),
    );
  }

  part(name: PartName): RunningPart {
    const part = this.#parts.get(name);
    if (!part) throw new Error(`${name} is no part of this stack`);
    return part;
  }

  /** One more process of a part, to be started by the caller; stopped with the others. */
  add(name: PartName, { as, env, program }: AddedPart): RunningPart {
    if (this.#parts.has(as)) throw new Error(`there is a part called ${as}`);
    const part = PARTS[name](this.addresses, this.options.env);
    const command = async () => {
      const { file, args, env: usual } = await part.command();
      return { file, args: program === undefined ? args : [program, ...args.slice(1)], env: { ...usual, ...env } };
    };
    const added = new RunningPart(
      { ...part, name: as, command },
      { dataDir: this.addresses.dataDir, env: this.options.env, restarts: false, onEvent: () => {} },
    );
    this.#parts.set(as, added);
    return added;
  }

  /** Starts the parts one after the other, each when the one before it answers. On failure those that run are left to `stop`.
   *  Throws CannotRun before any is started, PartFailed, or the abort of `signal`. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#prepare(signal);
    process.once('exit', this.#killNow);
    for (const part of this.#parts.values()) await part.start(signal);
  }

  /** Names all that is missing at once. */
  async #prepare(signal: AbortSignal): Promise<void> {
    const missing: string[] = [];
    for (const part of this.#parts.values()) {
      try {
        await part.prepare(signal);
      } catch (error) {
        if (!(error instanceof CannotRun)) throw error;
        missing.push(error.message);
      }
    }
    if (missing.length > 0) throw new CannotRun(missing.join('\n'));
  }

  /** Stops them in reverse order. */
  async stop(): Promise<void> {
    for (const part of [...this.#parts.values()].reverse()) await part.stop();
    process.off('exit', this.#killNow);
  }

  /** Kills them all at once. */
  killNow(): void {
    this.#killNow();
  }
}
