import type { ClientKey } from '@rollcall/schema';
import { NoSnapshots } from './active-generation.ts';
import { everyClient } from './every-client.ts';
import { newGeneration } from './generation-text.ts';
import { type Generation, Generations } from './generations.ts';
import { type ClientId, Keys } from './keys.ts';
import type { ClaimedPartition } from './owned-generations.ts';
import { OwnedPartition, type Watermark } from './owned-partition.ts';
import { type ClientView, PartitionReader } from './partition-reader.ts';
import { DEFAULT_PROJECTION, type ProjectionSettings } from './projection.ts';
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

  constructor(private readonly options: RedisOptions & { readonly prefix: string }) {
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
    const { active, other } = await this.#listed();
    return { active: active.number, other };
  }

  /** What the generation that readers use is folded by; the defaults where there is none, or where version 1 of the fold began it. Throws
   *  RedisUnavailable. */
  async settings(): Promise<ProjectionSettings> {
    await this.connect();
    try {
      return (await this.#listed()).active.settings ?? DEFAULT_PROJECTION;
    } catch (error) {
      if (error instanceof NoSnapshots) return DEFAULT_PROJECTION;
      throw new RedisUnavailable(this.options.url, true, error);
    }
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

  /** Lists a new generation, above all that were, to be folded by these settings. */
  async begin(settings: ProjectionSettings): Promise<Generation> {
    const { active } = await this.generations();
    const generation = { number: active + 1, ...newGeneration('building', settings) };
    await this.#generations.mark(generation);
    return generation;
  }

  /** Lets projectors take it over and write it with the active one. */
  follow(generation: Generation): Promise<void> {
    return this.#generations.mark({ ...generation, status: 'followed' });
  }

  claim(generation: number, partition: number, settings: ProjectionSettings): Promise<ClaimedPartition> {
    return OwnedPartition.claim(this.#redis, this.#keys.partition(generation, partition), settings);
  }

  /** The next offset to apply of each partition. */
  async watermarks(generation: number): Promise<Watermark[]> {
    const partitions = Array.from({ length: await this.partitions() }, (_, partition) => partition);
    return Promise.all(partitions.map((partition) => this.#reader(generation, partition).watermark()));
  }

  /** Lets readers use another generation, from their next question on; `rollcall.state` is written from it by the projectors, partition by
   *  partition. False, and readers stay, if they do not use `from` any more. */
  async activate(from: number, to: number): Promise<boolean> {
    for (let partition = 0; partition < (await this.partitions()); partition++) {
      await this.#redis.hset(this.#keys.partition(to, partition).meta(), 'unpublished', '1');
    }
    return this.#generations.activate(from, to);
  }

  /** Deletes a generation. May be repeated. */
  async drop(generation: Generation): Promise<void> {
    const { number, settings = DEFAULT_PROJECTION } = generation;
    await this.#generations.mark({ ...generation, status: 'dropping' });
    for (let partition = 0; partition < (await this.partitions()); partition++) {
      const { partition: owned } = await this.claim(number, partition, settings);
      await owned.wipe();
      await this.#redis.unlink(this.#keys.partition(number, partition).meta());
    }
    await this.#generations.forget(number);
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

  async #listed(): Promise<{ readonly active: Generation; readonly other: Generation | undefined }> {
    const number = await this.#generations.active();
    const listed = await this.#generations.list();
    const active = listed.find((one) => one.number === number);
    if (active === undefined) throw new NoSnapshots(this.options.prefix);
    return { active, other: listed.find((one) => one !== active) };
  }

  #reader(generation: number, partition: number): PartitionReader {
    return new PartitionReader(this.#redis, this.#keys.partition(generation, partition), partition);
  }
}
