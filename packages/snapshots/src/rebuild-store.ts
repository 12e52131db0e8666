import type { FoldSettings } from '@rollcall/fold';
import type { ClientKey } from '@rollcall/schema';
import { NoSnapshots } from './active-generation.ts';
import { everyClient } from './every-client.ts';
import { type Generation, Generations } from './generations.ts';
import { type ClientId, Keys } from './keys.ts';
import type { ClaimedPartition } from './owned-generations.ts';
import { OwnedPartition, type Watermark } from './owned-partition.ts';
import { type ClientView, PartitionReader } from './partition-reader.ts';
import { connected, connectRedis, type RedisOptions, RedisUnavailable, type ScriptedRedis } from './redis.ts';

/** Clients that are compared at a time. */
const PORTION = 500;

/** The generation that readers use and the one beside it, each with the next offset to apply of each partition. */
export interface GenerationsStanding {
  readonly active: number;
  readonly watermarks: readonly Watermark[];
  readonly other?: Generation & { readonly watermarks: readonly Watermark[] };
}

/** Redis, for whoever builds another generation beside the one that readers use. */
export class RebuildStore {
  readonly #redis: ScriptedRedis;
  readonly #keys: Keys;
  readonly #generations: Generations;

  constructor(private readonly options: RedisOptions & { readonly prefix: string; readonly settings: FoldSettings }) {
    this.#redis = connectRedis(options);
    this.#keys = new Keys(options.prefix);
    this.#generations = new Generations(this.#redis, this.#keys);
  }

  /** Throws RedisUnavailable. */
  async connect(): Promise<void> {
    try {
      await connected(this.#redis);
    } catch (error) {
      throw new RedisUnavailable(this.options.url, true, error);
    }
  }

  /** The generation that readers use, and the other one, if there is one. Throws NoSnapshots. */
  async generations(): Promise<{ readonly active: number; readonly other: Generation | undefined }> {
    const active = await this.#generations.active();
    if (active === undefined) throw new NoSnapshots(this.options.prefix);
    const listed = await this.#generations.list();
    return { active, other: listed.find(({ number }) => number !== active) };
  }

  /** How far each generation has come. Throws NoSnapshots, RedisUnavailable. */
  async standing(): Promise<GenerationsStanding> {
    await this.connect();
    try {
      const { active, other } = await this.generations();
      const watermarks = await this.watermarks(active);
      return { active, watermarks, ...(other && { other: { ...other, watermarks: await this.watermarks(other.number) } }) };
    } catch (error) {
      throw error instanceof NoSnapshots ? error : new RedisUnavailable(this.options.url, true, error);
    }
  }

  async partitions(): Promise<number> {
    const partitions = await this.#redis.get(this.#keys.partitions());
    if (partitions === null) throw new NoSnapshots(this.options.prefix);
    return Number(partitions);
  }

  /** Lists a new generation, above all that were. */
  async begin(): Promise<number> {
    const { active } = await this.generations();
    const generation = active + 1;
    await this.#generations.mark(generation, 'building');
    return generation;
  }

  /** Lets projectors take it over and write it with the active one. */
  follow(generation: number): Promise<void> {
    return this.#generations.mark(generation, 'followed');
  }

  claim(generation: number, partition: number): Promise<ClaimedPartition> {
    return OwnedPartition.claim(this.#redis, this.#keys.partition(generation, partition), this.options.settings);
  }

  /** The next offset to apply of each partition. */
  async watermarks(generation: number): Promise<Watermark[]> {
    const partitions = Array.from({ length: await this.partitions() }, (_, partition) => partition);
    return Promise.all(partitions.map((partition) => this.#reader(generation, partition).watermark()));
  }

  /** Lets readers use another generation, from their next question on; `rollcall.state` is written from it by the projectors, partition by
   *  partition. False, and readers stay, if they do not use `from` any more. */
  async activate(from: number, to: number): Promise<boolean> {
    await this.#generations.mark(from, 'followed');
    for (let partition = 0; partition < (await this.partitions()); partition++) {
      await this.#redis.hset(this.#keys.partition(to, partition).meta(), 'unpublished', '1');
    }
    return this.#generations.activate(from, to);
  }

  /** Deletes a generation. May be repeated. */
  async drop(generation: number): Promise<void> {
    await this.#generations.mark(generation, 'dropping');
    for (let partition = 0; partition < (await this.partitions()); partition++) {
      const { partition: owned } = await this.claim(generation, partition);
      await owned.wipe();
      await this.#redis.unlink(this.#keys.partition(generation, partition).meta());
    }
    await this.#generations.forget(generation);
  }

  /** The clients of a partition, in portions. One that changes meanwhile may come twice, or not at all. */
  everyClient(generation: number, partition: number): AsyncIterable<readonly ClientKey[]> {
    return everyClient(this.#redis, this.#keys.partition(generation, partition), PORTION);
  }

  /** Clients of a partition, each with its sessions, undefined where it is not there. Throws PartitionRestoring. */
  read(generation: number, partition: number, ids: readonly ClientId[]): Promise<(ClientView | undefined)[]> {
    return this.#reader(generation, partition).clients(ids);
  }

  close(): void {
    if (this.#redis.status !== 'end') this.#redis.disconnect();
  }

  #reader(generation: number, partition: number): PartitionReader {
    return new PartitionReader(this.#redis, this.#keys.partition(generation, partition), partition);
  }
}
