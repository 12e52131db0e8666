import { setTimeout as sleep } from 'node:timers/promises';
import { Keys } from './keys.ts';
import { PartitionReader, PartitionRestoring } from './partition-reader.ts';
import type { ScriptedRedis } from './redis.ts';

/** How new an answer must be at least. */
export interface Freshness {
  /** The answer is as of this event or a later one. A change's `position` will do: read your own write. */
  readonly atLeast?: { readonly partition: number; readonly offset: bigint | string } | undefined;
  /** How long to wait for that, in milliseconds. Default 5,000. */
  readonly timeout?: number | undefined;
}

type LogPlace = NonNullable<Freshness['atLeast']>;

/** Redis answers, but no projector has ever written there: another Redis, another prefix, or an emptied one. */
export class NoSnapshots extends Error {
  override readonly name = 'NoSnapshots';
  constructor(prefix: string) {
    super(`Redis holds no snapshots under the prefix ${prefix}; no projector has written there`);
  }
}

/** The snapshots have not come as far as was asked for within the time given. */
export class SnapshotsBehind extends Error {
  override readonly name = 'SnapshotsBehind';
  readonly retryable = true;
  constructor({ partition, offset }: LogPlace, timeout: number) {
    super(`partition ${partition} of the snapshots did not come to offset ${offset} within ${timeout} ms: is a projector running?`);
  }
}

/** `atLeast` names a partition that is none. */
export class PartitionUnknown extends RangeError {
  override readonly name = 'PartitionUnknown';
  constructor(partition: number, partitions: number) {
    super(`there is no partition ${partition}, but 0 to ${partitions - 1}`);
  }
}

/** How often Redis is asked whether it is new enough, in milliseconds. */
const POLL = 10;

interface Generation {
  readonly number: string;
  readonly partitions: readonly PartitionReader[];
}

/** The generation that readers use, which may be switched between two questions, or during one. */
export class ActiveGeneration {
  readonly #keys: Keys;
  #known: Generation | undefined;

  constructor(
    private readonly redis: ScriptedRedis,
    private readonly prefix: string,
  ) {
    this.#keys = new Keys(prefix);
  }

  /** Asks the generation that was active last, and in the same round trip which one is: nearly always the same.
   *  Throws NoSnapshots, PartitionRestoring, SnapshotsBehind, PartitionUnknown. */
  async ask<T>(question: (partitions: readonly PartitionReader[]) => Promise<T>, freshness: Freshness = {}): Promise<T> {
    const { timeout = 5_000 } = freshness;
    const giveUpAt = performance.now() + timeout;
    while (true) {
      const guess = await this.#freshEnough({ ...freshness, timeout }, giveUpAt);
      const [active, answer] = await Promise.allSettled([this.#read(), question(guess.partitions)]);
      if (active.status === 'rejected') throw active.reason;
      if (active.value !== guess) continue;
      if (answer.status === 'fulfilled') return answer.value;
      // It may have been dropped under a question of several round trips.
      if (!(answer.reason instanceof PartitionRestoring) || (await this.#read()) === guess) throw answer.reason;
    }
  }

  async #freshEnough({ atLeast, timeout = 0 }: Freshness, giveUpAt: number): Promise<Generation> {
    let generation = this.#known ?? (await this.#read());
    while (atLeast !== undefined && !(await hasCome(generation, atLeast))) {
      if (performance.now() > giveUpAt) throw new SnapshotsBehind(atLeast, timeout);
      await sleep(POLL);
      generation = await this.#read();
    }
    return generation;
  }

  /** The same object while nothing changes. */
  async #read(): Promise<Generation> {
    const [number, partitions] = await Promise.all([this.redis.get(this.#keys.generation()), this.redis.get(this.#keys.partitions())]);
    if (!number || !partitions) throw new NoSnapshots(this.prefix);
    if (this.#known?.number !== number || this.#known.partitions.length !== Number(partitions)) {
      const readers = Array.from(
        { length: Number(partitions) },
        (_, partition) => new PartitionReader(this.redis, this.#keys.partition(Number(number), partition), partition),
      );
      this.#known = { number, partitions: readers };
    }
    return this.#known;
  }
}

async function hasCome({ partitions }: Generation, { partition, offset }: LogPlace): Promise<boolean> {
  const reader = partitions[partition];
  if (reader === undefined) throw new PartitionUnknown(partition, partitions.length);
  const watermark = await reader.watermark();
  return typeof watermark === 'bigint' && watermark > BigInt(offset);
}
