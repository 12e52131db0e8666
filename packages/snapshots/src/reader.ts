import type { SessionSnapshot } from '@rollcall/schema';
import { ActiveGeneration, type Freshness, NoSnapshots, SnapshotsBehind } from './active-generation.ts';
import { LayoutOutdated } from './bucket-counts.ts';
import { addUp, type NamespaceCounts } from './counts.ts';
import { decodeCursor } from './cursor.ts';
import { type ClientId, partitionOfClient } from './keys.ts';
import { List, type Page } from './list.ts';
import { type ClientView, type PartitionReader, PartitionRestoring } from './partition-reader.ts';
import { connected, connectRedis, type RedisOptions, RedisUnavailable, type ScriptedRedis } from './redis.ts';
import { type ListFilter, Selection } from './selection.ts';

/** How a list is cut into pages. */
export interface ListOptions extends Freshness {
  /** Clients per page, 1 to 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** Where the page before this one ended. */
  readonly cursor?: string | undefined;
  /** By name, or by since and then name. Default: by name; by since where the filter bounds that. */
  readonly order?: 'name' | 'since' | undefined;
}

/** The reader's side of Redis: snapshots, indexes and counts; nothing is written.
 *  Every question throws NoSnapshots, PartitionRestoring, SnapshotsBehind or RedisUnavailable. */
export class SnapshotReader {
  readonly #redis: ScriptedRedis;
  readonly #generation: ActiveGeneration;
  #closed = false;

  constructor(private readonly options: RedisOptions & { readonly prefix: string }) {
    this.#redis = connectRedis(options);
    this.#generation = new ActiveGeneration(this.#redis, options.prefix);
  }

  /** A client with all its sessions as of one position of the log. Undefined: nothing was ever heard of it. */
  async client(id: ClientId, freshness?: Freshness): Promise<ClientView | undefined> {
    const [view] = await this.clients([id], freshness);
    return view;
  }

  /** Many clients at once, in the order asked for; undefined where nothing was ever heard of one. One round trip; another
   *  where one is not there. */
  clients(ids: readonly ClientId[], freshness?: Freshness): Promise<(ClientView | undefined)[]> {
    return this.#ask(async (partitions) => {
      const groups = Map.groupBy(ids, (id) => partitionOfClient(id, partitions.length));
      const found = new Map<ClientId, ClientView | undefined>();
      await Promise.all(
        [...groups].map(async ([partition, some]) => {
          const views = await partitions[partition]?.clients(some);
          some.forEach((id, at) => void found.set(id, views?.[at]));
        }),
      );
      return ids.map((id) => found.get(id));
    }, freshness);
  }

  /** Undefined: nothing was ever heard of it. */
  session(id: ClientId, session: string, freshness?: Freshness): Promise<SessionSnapshot | undefined> {
    return this.#ask(async (partitions) => partitions[partitionOfClient(id, partitions.length)]?.session(id, session), freshness);
  }

  /** A page of a namespace's clients; what it promises: packages/client.
   *  Throws CursorInvalid, TypeError if a time is none, RangeError if the limit is not 1 to 1,000. */
  async list(filter: ListFilter, { limit = 100, cursor, order: asked, ...freshness }: ListOptions = {}): Promise<Page> {
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new RangeError(`a page holds 1 to 1,000 clients, not ${limit}`);
    const selection = new Selection(filter);
    const order = asked ?? selection.usualOrder;
    const after = cursor === undefined ? selection.start(order) : decodeCursor(cursor, order);
    return this.#ask((partitions) => new List(partitions, selection, order).page(limit, after), freshness);
  }

  /** Per namespace, in the order of their names; O(1) in the number of clients. */
  counts(namespace?: string, freshness?: Freshness): Promise<NamespaceCounts[]> {
    return this.#ask(async (partitions) => {
      const buckets = await Promise.all(partitions.map((partition) => partition.counts()));
      return addUp(buckets.flat()).filter((counts) => namespace === undefined || counts.namespace === namespace);
    }, freshness);
  }

  /** Names of the namespaces that have a client, in their order. */
  async namespaces(freshness?: Freshness): Promise<string[]> {
    return (await this.counts(undefined, freshness)).map(({ namespace }) => namespace);
  }

  close(): void {
    this.#closed = true;
    // On a connection that has failed, it would set a timer that keeps the process from ending.
    if (this.#redis.status !== 'end') this.#redis.disconnect();
  }

  async #ask<T>(question: (partitions: readonly PartitionReader[]) => Promise<T>, freshness?: Freshness): Promise<T> {
    try {
      if (this.#closed) throw new Error('it was closed');
      // It gives up at the first failure; the next question tries again.
      await connected(this.#redis);
      return await this.#generation.ask(question, freshness);
    } catch (error) {
      if (ANSWERS.some((kind) => error instanceof kind)) throw error;
      throw new RedisUnavailable(this.options.url, true, error);
    }
  }
}

/** Errors that do not mean that Redis cannot be used. */
const ANSWERS = [NoSnapshots, PartitionRestoring, SnapshotsBehind, LayoutOutdated, RangeError, TypeError];
