import { type ClientSnapshot, clientKey, decodeName, encodeName, type Presence, type SessionSnapshot, sessionKey } from '@rollcall/schema';
import { decodeClientSnapshot } from './client-codec.ts';
import { type Fields, fieldsFromReply, pairs } from './fields.ts';
import { type ClientId, Keys, type PartitionKeys, partitionOfClient } from './keys.ts';
import { decodeWatermark } from './owned-partition.ts';
import { connectRedis, type RedisOptions, RedisUnavailable, type ScriptedRedis } from './redis.ts';
import { decodeSessionSnapshot } from './session-codec.ts';

/** A client with all its sessions, as of one position of the log. */
export interface ClientView {
  readonly client: ClientSnapshot;
  readonly sessions: readonly SessionSnapshot[];
}

/** Which clients to list: all that meet every condition that is given. */
export interface ListFilter {
  readonly namespace: string;
  readonly presence?: Presence | undefined;
  /** Clients that are offline for this reason. */
  readonly reason?: string | undefined;
}

/** How many clients of a namespace there are, by presence and, of the offline ones, by reason of their latest ending. */
export interface NamespaceCounts {
  readonly namespace: string;
  readonly presence: Readonly<Record<Presence, number>>;
  readonly reason: Readonly<Record<string, number>>;
}

/** A part of a list. */
export interface Page {
  readonly clients: readonly ClientSnapshot[];
  /** Where the next page starts; absent on the last one. */
  readonly cursor?: string;
}

interface Layout {
  readonly generation: number;
  readonly partitions: number;
}

/** The reader's side of Redis: snapshots and indexes, nothing written. */
export class SnapshotReader {
  readonly #redis: ScriptedRedis;
  readonly #keys: Keys;

  #connectionError: RedisUnavailable | undefined;

  constructor(private readonly options: RedisOptions & { readonly prefix: string }) {
    const onError = (error: RedisUnavailable) => {
      this.#connectionError = error;
      options.onError(error);
    };
    this.#redis = connectRedis({ ...options, onError });
    this.#keys = new Keys(options.prefix);
  }

  /** Undefined: nothing was ever heard of it. Throws PartitionRestoring, RedisUnavailable. */
  async client(id: ClientId): Promise<ClientView | undefined> {
    return this.#ask(async (layout) => {
      const partition = partitionOfClient(id, layout.partitions);
      const [view] = await this.#read(this.#partition(layout, partition), [clientKey(id.namespace, id.client)]);
      if (view === undefined) await this.#complete(layout, [partition]);
      return view;
    });
  }

  /** Undefined: nothing was ever heard of it. Throws PartitionRestoring, RedisUnavailable. */
  async session(id: ClientId, session: string): Promise<SessionSnapshot | undefined> {
    return this.#ask(async (layout) => {
      const partition = partitionOfClient(id, layout.partitions);
      const key = this.#partition(layout, partition).session(sessionKey(id.namespace, id.client, session));
      const fields: Fields = await this.#redis.hgetall(key);
      if (fields['session'] !== undefined) return decodeSessionSnapshot(fields);
      await this.#complete(layout, [partition]);
      return undefined;
    });
  }

  /** A page of the namespace's clients: partition by partition, in each by presence (online, offline, unknown), since and name.
   *  Each is checked against its snapshot, so none is listed in a state that it is not in.
   *  Throws CursorInvalid, PartitionRestoring, RedisUnavailable. */
  async list(filter: ListFilter, limit: number, cursor?: string): Promise<Page> {
    return this.#ask(async (layout) => {
      await this.#complete(layout, range(layout.partitions));
      const steps = listSteps(filter, layout.partitions);
      let position: IndexPosition | undefined = cursor === undefined ? { step: 0 } : decodeCursor(cursor, steps.length);
      const clients: ClientSnapshot[] = [];
      while (position !== undefined && clients.length < limit) {
        const step: ListStep | undefined = steps[position.step];
        if (step === undefined) break;
        const wanted = limit - clients.length;
        const keys = this.#partition(layout, step.partition);
        const index = keys.index(filter.namespace, step.dimension, step.value);
        const reply: string[] = await this.#redis.readIndex(1, index, position.score ?? '', position.member ?? '', wanted.toString());
        const entries = pairs(reply);
        const namespace = encodeName(filter.namespace);
        const views = await this.#read(
          keys,
          entries.map(([member]) => `${namespace}/${member}`),
        );
        clients.push(...views.flatMap((view) => (view !== undefined && matches(filter, view.client) ? [view.client] : [])));
        const last: [string, string] | undefined = entries.at(-1);
        if (entries.length === wanted && last !== undefined) position = { step: position.step, member: last[0], score: last[1] };
        else position = position.step + 1 < steps.length ? { step: position.step + 1 } : undefined;
      }
      return { clients, ...(position !== undefined && { cursor: encodeCursor(position) }) };
    });
  }

  /** Counts per namespace, in the order of their names; O(1) in the number of clients. Throws PartitionRestoring, RedisUnavailable. */
  async counts(namespace?: string): Promise<NamespaceCounts[]> {
    return this.#ask(async (layout) => {
      const partitions = range(layout.partitions);
      await this.#complete(layout, partitions);
      const hashes = await Promise.all(partitions.map((partition) => this.#redis.hgetall(this.#partition(layout, partition).counts())));
      const found = new Map<string, { presence: Record<Presence, number>; reason: Record<string, number> }>();
      for (const [field, count] of hashes.flatMap((hash) => Object.entries(hash))) {
        const [name = '', dimension, value = ''] = field.split('/').map(decodeName);
        if (namespace !== undefined && name !== namespace) continue;
        // Reasons are an open set: one may be called `constructor`.
        const counts = found.get(name) ?? { presence: { online: 0, offline: 0, unknown: 0 }, reason: Object.create(null) };
        found.set(name, counts);
        const of: Record<string, number> = dimension === 'presence' ? counts.presence : counts.reason;
        of[value] = (of[value] ?? 0) + Number(count);
      }
      return [...found].map(([name, counts]) => ({ namespace: name, ...counts })).sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
    });
  }

  close(): void {
    // On a connection that has failed, it would set a timer that keeps the process from ending.
    if (this.#redis.status !== 'end') this.#redis.disconnect();
  }

  async #read(keys: PartitionKeys, clients: readonly string[]): Promise<(ClientView | undefined)[]> {
    if (clients.length === 0) return [];
    const names = [keys.meta(), keys.sources(), ...clients.map((key) => keys.client(key))];
    const [, , ...found] = await this.#redis.readClients(names.length, ...names, keys.base);
    return found.map(([fields, source, sessions]) =>
      fields === undefined || source === undefined || sessions === undefined
        ? undefined
        : {
            client: decodeClientSnapshot(fieldsFromReply(fields), source),
            sessions: sessions.map((session) => decodeSessionSnapshot(fieldsFromReply(session))),
          },
    );
  }

  /** What is not there may be on its way: throws PartitionRestoring unless every partition shows a watermark. */
  async #complete(layout: Layout, partitions: readonly number[]): Promise<void> {
    const watermarks = await Promise.all(
      partitions.map(async (partition) => decodeWatermark(await this.#redis.hget(this.#partition(layout, partition).meta(), 'watermark'))),
    );
    const restoring = partitions.filter((_, at) => typeof watermarks[at] !== 'bigint');
    if (restoring.length > 0) throw new PartitionRestoring(restoring);
  }

  #partition(layout: Layout, partition: number): PartitionKeys {
    return this.#keys.partition(layout.generation, partition);
  }

  async #ask<T>(question: (layout: Layout) => Promise<T>): Promise<T> {
    try {
      if (this.#redis.status === 'wait') await this.#redis.connect();
      const [generation, partitions] = await Promise.all([
        this.#redis.get(this.#keys.generation()),
        this.#redis.get(this.#keys.partitions()),
      ]);
      if (!generation || !partitions) throw new NoSnapshots(this.#keys.prefix);
      return await question({ generation: Number(generation), partitions: Number(partitions) });
    } catch (error) {
      if (error instanceof NoSnapshots || error instanceof CursorInvalid || error instanceof PartitionRestoring) throw error;
      // The client says only that the connection is closed; why, it said before.
      if (this.#redis.status === 'end' && this.#connectionError !== undefined) throw this.#connectionError;
      throw new RedisUnavailable(this.options.url, true, error);
    }
  }
}

/** Redis answers, but no projector has ever written there: another Redis, another prefix, or an emptied one. */
export class NoSnapshots extends Error {
  override readonly name = 'NoSnapshots';
  constructor(prefix: string) {
    super(`Redis holds no snapshots under the prefix ${prefix}: has a projector run?`);
  }
}

/** Some partitions are being restored: not complete is not the same as not found. Ask again in a moment. */
export class PartitionRestoring extends Error {
  override readonly name = 'PartitionRestoring';
  readonly retryable = true;
  constructor(readonly partitions: readonly number[]) {
    super(`restoring: partition ${partitions.join(', ')} of the snapshots is not complete yet, ask again in a moment`);
  }
}

/** The cursor is not one that a list of these conditions gave: begin again without it. */
export class CursorInvalid extends Error {
  override readonly name = 'CursorInvalid';
  constructor() {
    super('the cursor is not one that a list gave');
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}

interface ListStep {
  readonly partition: number;
  readonly dimension: 'presence' | 'reason';
  readonly value: string;
}

interface IndexPosition {
  readonly step: number;
  readonly score?: string;
  readonly member?: string;
}

const PRESENCES: readonly Presence[] = ['online', 'offline', 'unknown'];

function listSteps({ presence, reason }: ListFilter, partitions: number): ListStep[] {
  const values: Pick<ListStep, 'dimension' | 'value'>[] =
    reason !== undefined
      ? [{ dimension: 'reason', value: reason }]
      : (presence === undefined ? PRESENCES : [presence]).map((value) => ({ dimension: 'presence', value }));
  return Array.from({ length: partitions }, (_, partition) => values.map((value) => ({ partition, ...value }))).flat();
}

function matches({ presence, reason }: ListFilter, client: ClientSnapshot): boolean {
  return (presence === undefined || client.presence === presence) && (reason === undefined || client.disconnectionReason === reason);
}

function encodeCursor({ step, score, member }: IndexPosition): string {
  return Buffer.from(JSON.stringify([step, score, member])).toString('base64url');
}

function decodeCursor(cursor: string, steps: number): IndexPosition {
  try {
    const [step, score, member] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Number.isInteger(step) || step < 0 || step >= steps) throw new CursorInvalid();
    if (score === null || score === undefined) return { step };
    if (typeof score !== 'string' || typeof member !== 'string' || !/^-?\d+$/.test(score)) throw new CursorInvalid();
    return { step, score, member };
  } catch {
    throw new CursorInvalid();
  }
}
