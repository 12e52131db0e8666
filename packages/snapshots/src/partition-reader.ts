import { decodeSessionSnapshot } from '@rollcall/fold';
import { type ClientSnapshot, clientKey, type SessionSnapshot } from '@rollcall/schema';
import { LayoutOutdated, parseCounts } from './bucket-counts.ts';
import { type ClientJson, decodeClientSnapshot, HEAD_BYTES, parseClient, parseHead } from './client-codec.ts';
import type { ClientId, IndexOrder, PartitionKeys } from './keys.ts';
import type { Place, Run } from './merge.ts';
import { decodeWatermark, type Watermark } from './owned-partition.ts';
import { CLIENTS_PER_CALL, readClients } from './read-clients.ts';
import { lines, pairs, type ScriptedRedis } from './redis.ts';

/** A client with all its sessions, as of one position of the log. */
export interface ClientView {
  readonly client: ClientSnapshot;
  readonly sessions: readonly SessionSnapshot[];
}

/** A client's place in an index. */
export interface Entry extends Place {
  readonly partition: PartitionReader;
}

export interface IndexQuery {
  readonly order: IndexOrder;
  readonly after: Place;
  /** About how many entries. */
  readonly wanted: number;
  /** Encoded; of names in their own order. */
  readonly prefix: string;
  /** Encoded. */
  readonly namespace: string;
  /** A Lua pattern of its buckets. */
  readonly pattern: string;
}

/** Some partitions are being restored: not complete is not the same as not found. Ask again in a moment. */
export class PartitionRestoring extends Error {
  override readonly name = 'PartitionRestoring';
  readonly retryable = true;
  constructor(readonly partition: number) {
    super(`restoring: partition ${partition} of the snapshots is not complete yet, ask again in a moment`);
  }
}

/** One partition of one generation, for readers. What is not there may be on its way: throws PartitionRestoring where the partition has no
 *  watermark. Counts and lists throw LayoutOutdated, too. */
export class PartitionReader {
  /** Full paths of the sources that were read, by id: which path an id stands for never changes. */
  readonly #sources = new Map<string, string>();

  constructor(
    private readonly redis: ScriptedRedis,
    private readonly keys: PartitionKeys,
    private readonly partition: number,
  ) {}

  /** In the order asked for; undefined: nothing was ever heard of it. */
  clients(ids: readonly ClientId[]): Promise<(ClientView | undefined)[]> {
    return this.#read(ids, toView, (keys) => this.#whole(keys));
  }

  /** As `clients`, without their sessions, of which Redis sends few. */
  snapshots(ids: readonly ClientId[]): Promise<(ClientSnapshot | undefined)[]> {
    return this.#read(ids, decodeClientSnapshot, (keys) => this.#heads(keys));
  }

  /** Undefined: nothing was ever heard of it. */
  async session(id: ClientId, session: string): Promise<SessionSnapshot | undefined> {
    const find = ([view]: readonly (ClientView | undefined)[]) => view?.sessions.find((one) => one.session === session);
    return find(await this.#present([id], toView, (keys) => this.#whole(keys))) ?? find(await this.#complete([id], toView));
  }

  /** Buckets and how many clients each has. */
  async counts(): Promise<[bucket: string, clients: number][]> {
    const [watermark, counts] = await this.redis.readCounts(2, this.keys.meta(), this.keys.counts());
    this.#mustBeComplete(watermark);
    return parseCounts(pairs(counts));
  }

  /** A run for each bucket that fits the pattern, each in order. */
  async index({ order, after, wanted, prefix, namespace, pattern }: IndexQuery): Promise<Run<Entry>[]> {
    const score = after.since === undefined || after.since === Number.NEGATIVE_INFINITY ? '-inf' : String(after.since);
    const names = [this.keys.meta(), this.keys.counts(), this.keys.absent()];
    const from = [String(wanted), score, after.name, prefix];
    const [watermark, ...runs] = await this.redis.readIndex(3, ...names, this.keys.base, order, namespace, pattern, ...from);
    this.#mustBeComplete(watermark);
    return runs.map((run) => {
      if (run === null) throw new LayoutOutdated();
      return this.#toRun(lines(run), order);
    });
  }

  /** How many entries were asked for, then each name, and in the order of since its score. */
  #toRun([limit, ...reply]: readonly string[], order: IndexOrder): Run<Entry> {
    const entries: Entry[] =
      order === 'name'
        ? reply.map((name) => ({ since: undefined, name, partition: this }))
        : pairs(reply).map(([name, since]) => ({ since: Number(since), name, partition: this }));
    return { entries, isEnd: entries.length < Number(limit) };
  }

  async watermark(): Promise<Watermark> {
    return decodeWatermark(await this.redis.hget(this.keys.meta(), 'watermark'));
  }

  async #read<T>(ids: readonly ClientId[], decode: Decode<T>, ask: Ask): Promise<(T | undefined)[]> {
    const calls = Array.from({ length: Math.ceil(ids.length / CLIENTS_PER_CALL) }, async (_, call) => {
      const some = ids.slice(call * CLIENTS_PER_CALL, (call + 1) * CLIENTS_PER_CALL);
      const found = await this.#present(some, decode, ask);
      return found.includes(undefined) ? await this.#complete(some, decode) : found;
    });
    return (await Promise.all(calls)).flat();
  }

  /** The clients as they are; undefined where one, or the path of its source, is not there. Takes less of Redis than a script. */
  async #present<T>(ids: readonly ClientId[], decode: Decode<T>, ask: Ask): Promise<(T | undefined)[]> {
    const stored = await ask(keysOf(ids).map((key) => this.keys.client(key)));
    await this.#readSources(new Set(stored.flatMap((client) => client?.source ?? [])).difference(this.#sources));
    return ids.map((id, at) => {
      const client = stored[at];
      const isWhole = client?.source === undefined || this.#sources.has(client.source);
      return client && isWhole ? decode(id, client, this.#sources) : undefined;
    });
  }

  async #whole(keys: readonly string[]): Promise<(ClientJson | undefined)[]> {
    const texts = await this.redis.mget([...keys]);
    return texts.map((text) => (text === null ? undefined : parseClient(text)));
  }

  async #heads(keys: readonly string[]): Promise<(ClientJson | undefined)[]> {
    const starts = await Promise.all(keys.map((key) => this.redis.getrangeBuffer(key, 0, HEAD_BYTES - 1)));
    const heads = starts.map((bytes) => (bytes.length === 0 ? undefined : parseHead(bytes)));
    const more = keys.filter((_, at) => starts[at]?.length === HEAD_BYTES && heads[at] === undefined);
    if (more.length === 0) return heads;
    const whole = new Map((await this.#whole(more)).map((client, at) => [more[at], client]));
    return heads.map((head, at) => head ?? whole.get(keys[at]));
  }

  async #readSources(ids: ReadonlySet<string>): Promise<void> {
    if (ids.size === 0) return;
    const asked = [...ids];
    const paths = await this.redis.hmget(this.keys.sources(), ...asked);
    asked.forEach((id, at) => {
      const path = paths[at];
      // It may be empty: an event may have no source.
      if (typeof path === 'string') this.#sources.set(id, path);
    });
  }

  /** The clients and the watermark, all of one moment: what is not there then was never heard of. */
  async #complete<T>(ids: readonly ClientId[], decode: Decode<T>): Promise<(T | undefined)[]> {
    const { watermark, sources, texts } = await readClients(this.redis, this.keys, keysOf(ids));
    this.#mustBeComplete(watermark);
    return ids.map((id, at) => {
      const text = texts[at];
      return text ? decode(id, parseClient(text), sources) : undefined;
    });
  }

  #mustBeComplete(watermark: string | null): void {
    if (typeof decodeWatermark(watermark) !== 'bigint') throw new PartitionRestoring(this.partition);
  }
}

function keysOf(ids: readonly ClientId[]): string[] {
  return ids.map(({ namespace, client }) => clientKey(namespace, client));
}

/** Clients by their keys; undefined where there is none. */
type Ask = (keys: readonly string[]) => Promise<(ClientJson | undefined)[]>;
type Decode<T> = (id: ClientId, stored: ClientJson, sources: ReadonlyMap<string, string>) => T;

function toView(id: ClientId, stored: ClientJson, sources: ReadonlyMap<string, string>): ClientView {
  return {
    client: decodeClientSnapshot(id, stored, sources),
    sessions: stored.sessions.map((session) => decodeSessionSnapshot(id, session)),
  };
}
