import { Generations } from './generations.ts';
import { Keys } from './keys.ts';
import { OwnedGenerations } from './owned-generations.ts';
import { ChainBroken } from './owned-partition.ts';
import type { ProjectionSettings } from './projection.ts';
import { connected, connectRedis, type RedisOptions, RedisUnavailable, type ScriptedRedis } from './redis.ts';

/** The projector's side of Redis. */
export class SnapshotStore {
  readonly #redis: ScriptedRedis;
  readonly #keys: Keys;
  readonly #generations: Generations;

  constructor(
    private readonly options: RedisOptions & {
      readonly prefix: string;
      /** Of the first generation, which begins in an empty Redis. Each goes on by those that it was begun with. */
      readonly settings: ProjectionSettings;
      /** How many clients to keep in memory, in each generation, where all partitions are claimed here: about 2 KB each. */
      readonly cache?: number;
    },
  ) {
    this.#redis = connectRedis(options);
    this.#keys = new Keys(options.prefix);
    this.#generations = new Generations(this.#redis, this.#keys);
  }

  /** Connects. Throws RedisUnavailable. */
  async connect(): Promise<void> {
    try {
      await connected(this.#redis);
    } catch (error) {
      throw new RedisUnavailable(this.options.url, true, error);
    }
  }

  /** Takes a partition over in every generation that projectors write. Writes the number of partitions where nobody has yet: an emptied
   *  Redis has lost it too. Throws PartitionsDiffer where another number is fixed, FoldVersionDiffers, LayoutOutdated, ChainBroken. */
  async claim(partition: number, partitions: number): Promise<OwnedGenerations> {
    // It may have given up for good: a failover that it heard of while it connected.
    if (this.#redis.status === 'end') await this.connect();
    await this.#redis.setnx(this.#keys.partitions(), partitions);
    const fixed = await this.#redis.get(this.#keys.partitions());
    // Emptied between the two commands.
    if (!fixed) throw new ChainBroken();
    if (Number(fixed) !== partitions) throw new PartitionsDiffer(fixed, partitions);
    const { settings, cache = 0 } = this.options;
    return OwnedGenerations.claim(this.#redis, this.#keys, this.#generations, partition, settings, Math.floor(cache / partitions));
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
