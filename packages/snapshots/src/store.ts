import type { FoldSettings } from '@rollcall/fold';
import { Keys } from './keys.ts';
import { ChainBroken, OwnedPartition, type Watermark } from './owned-partition.ts';
import { connectRedis, type RedisOptions, RedisUnavailable, type ScriptedRedis } from './redis.ts';

/** The projector's side of Redis. */
export class SnapshotStore {
  readonly #redis: ScriptedRedis;
  readonly #keys: Keys;

  constructor(private readonly options: RedisOptions & { readonly prefix: string; readonly settings: FoldSettings }) {
    this.#redis = connectRedis(options);
    this.#keys = new Keys(options.prefix);
  }

  /** Connects. Throws RedisUnavailable. */
  async connect(): Promise<void> {
    try {
      if (this.#redis.status === 'wait') await this.#redis.connect();
    } catch (error) {
      throw new RedisUnavailable(this.options.url, true, error);
    }
  }

  /** Takes a partition over, in the active generation. Writes the generation and the number of partitions where nobody has yet: an emptied
   *  Redis has lost them too. Throws PartitionsDiffer where another number is fixed. */
  async claim(partition: number, partitions: number): Promise<{ partition: OwnedPartition; watermark: Watermark }> {
    await this.#redis.setnx(this.#keys.partitions(), partitions);
    await this.#redis.setnx(this.#keys.generation(), 1);
    const [fixed, generation] = await Promise.all([this.#redis.get(this.#keys.partitions()), this.#redis.get(this.#keys.generation())]);
    // Emptied between the two commands.
    if (!fixed || !generation) throw new ChainBroken();
    if (Number(fixed) !== partitions) throw new PartitionsDiffer(fixed, partitions);
    return OwnedPartition.claim(this.#redis, this.#keys.partition(Number(generation), partition), this.options.settings);
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** The number of partitions is fixed for the life of the topics: with another one, clients would be looked for where they are not. */
export class PartitionsDiffer extends Error {
  override readonly name = 'PartitionsDiffer';
  readonly retryable = false;
  constructor(fixed: string, asked: number) {
    super(`Redis holds snapshots of ${fixed} partitions, not ${asked}: the number of partitions cannot change`);
  }
}
