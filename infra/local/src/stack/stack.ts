import { mkdirSync } from 'node:fs';
import type { LocalStack } from '@rollcall/service';
import { azurite } from './azurite.ts';
import { kafka } from './kafka.ts';
import type { KafkaClusterParts } from './kafka-cluster.ts';
import { CannotRun, PART_NAMES, type Part, type PartFactory, type PartName } from './part.ts';
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
  /** Runs in place of the one Kafka node. */
  readonly kafkaCluster?: KafkaClusterParts | undefined;
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
  /** In start order; those of one step start together. */
  readonly #steps: readonly (readonly RunningPart[])[];
  readonly #killNow = () => {
    for (const part of this.#parts.values()) part.killNow();
  };

  constructor(
    private readonly addresses: LocalStack,
    private readonly options: StackOptions,
  ) {
    mkdirSync(addresses.dataDir, { recursive: true });
    const names = PART_NAMES.filter((name) => options.parts.includes(name));
    this.#steps = names.map((name) => this.#partsOf(name).map((part) => this.#run(part, name)));
    this.#parts = new Map(this.#steps.flat().map((part) => [part.name, part]));
  }

  #partsOf(name: PartName): readonly Part[] {
    const { kafkaCluster, env } = this.options;
    if (name === 'kafka' && kafkaCluster !== undefined) return [kafkaCluster.controller, ...kafkaCluster.brokers];
    return [PARTS[name](this.addresses, env)];
  }

  #run(part: Part, name: PartName): RunningPart {
    const { env, restarts, onEvent } = this.options;
    return new RunningPart(part, {
      dataDir: this.addresses.dataDir,
      env,
      restarts: restarts.includes(name),
      onEvent: (event) => onEvent?.(name, event),
    });
  }

  /** By its name in the data folder: `kafka`, and of a cluster `kafka-controller`, `kafka-1`, … */
  part(name: string): RunningPart {
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

  /** Starts the parts one after the other, each when the one before it answers; the nodes of a cluster together. On failure those that run are left to `stop`.
   *  Throws CannotRun before any is started, PartFailed, or the abort of `signal`. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#prepare(signal);
    process.once('exit', this.#killNow);
    for (const step of this.#steps) await Promise.all(step.map((part) => part.start(signal)));
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
