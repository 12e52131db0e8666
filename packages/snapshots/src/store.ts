import { type ClientState, clientSnapshot, type FoldSettings, sessionSnapshot, unseenClient } from '@rollcall/fold';
import { clientKey, encodeName, parseClientKey, parseTime, timeToMilliseconds } from '@rollcall/schema';
import { decodeClientState, encodeClient } from './client-codec.ts';
import { type Fields, fieldsFromReply } from './fields.ts';
import { type ClientId, Keys, type PartitionKeys } from './keys.ts';
import { connectRedis, type RedisOptions, RedisUnavailable, type ScriptedRedis } from './redis.ts';
import { encodeSession } from './session-codec.ts';

/** A client to write; while it is pending, with the time at which its OfflineDeadline falls due. */
export interface ClientWrite {
  readonly client: ClientState;
  /** `at` in milliseconds since 1970. Not `moved`: a due time that is there already stays. */
  readonly due?: { readonly at: number; readonly moved: boolean } | undefined;
}

/** Clients per script call: Redis answers nobody else while a script runs. */
const CLIENTS_PER_CALL = 200;

/** The projector's side of Redis: loads and applies whole clients of one partition. */
export class SnapshotStore {
  readonly #redis: ScriptedRedis;
  readonly #keys: Keys;

  constructor(private readonly options: RedisOptions & { readonly prefix: string; readonly settings: FoldSettings }) {
    this.#redis = connectRedis(options);
    this.#keys = new Keys(options.prefix);
  }

  /** Connects and fixes the layout: writes the generation and the number of partitions where nobody has yet.
   *  Throws PartitionsDiffer where somebody fixed another number. */
  async open(partitions: number): Promise<number> {
    return this.#ask(async () => {
      if (this.#redis.status === 'wait') await this.#redis.connect();
      await this.#redis.setnx(this.#keys.partitions(), partitions);
      const fixed = Number(await this.#redis.get(this.#keys.partitions()));
      if (fixed !== partitions) throw new PartitionsDiffer(fixed, partitions);
      await this.#redis.setnx(this.#keys.generation(), 1);
      return Number(await this.#redis.get(this.#keys.generation()));
    });
  }

  /** The clients as Redis has them, unseen ones included, in the order asked for. */
  async load(generation: number, partition: number, ids: readonly ClientId[]): Promise<ClientState[]> {
    const keys = this.#keys.partition(generation, partition);
    const clients: ClientState[] = [];
    for (let from = 0; from < ids.length; from += CLIENTS_PER_CALL) {
      const some = ids.slice(from, from + CLIENTS_PER_CALL);
      const names = [keys.meta(), keys.sources(), ...some.map((id) => keys.client(clientKey(id.namespace, id.client)))];
      const [, ...found] = await this.#ask(() => this.#redis.readClients(names.length, ...names, keys.base));
      some.forEach((id, at) => {
        const [fields, source, sessions] = found[at] ?? [];
        clients.push(
          fields === undefined || source === undefined || sessions === undefined
            ? unseenClient(id.namespace, id.client)
            : decodeClientState(fieldsFromReply(fields), source, sessions.map(fieldsFromReply), this.options.settings),
        );
      });
    }
    return clients;
  }

  /** The next offset to apply; undefined where nothing was ever applied. */
  async watermark(generation: number, partition: number): Promise<bigint | undefined> {
    const watermark = await this.#ask(() => this.#redis.hget(this.#keys.partition(generation, partition).meta(), 'watermark'));
    return watermark === null ? undefined : BigInt(watermark);
  }

  /** Writes the clients whole; the last call sets the watermark, so that it never says more than what was applied. */
  async apply(generation: number, partition: number, writes: readonly ClientWrite[], watermark: bigint): Promise<void> {
    const keys = this.#keys.partition(generation, partition);
    for (let from = 0; from === 0 || from < writes.length; from += CLIENTS_PER_CALL) {
      const last = from + CLIENTS_PER_CALL >= writes.length;
      const some = writes.slice(from, from + CLIENTS_PER_CALL).flatMap((write) => applyArguments(write));
      await this.#ask(() => this.#redis.applyClients(4, ...applyKeys(keys), keys.base, last ? watermark.toString() : '', ...some));
    }
  }

  /** The clients whose deadlines have fallen due, the longest due first. `now` in milliseconds since 1970. */
  async due(generation: number, partition: number, now: number, limit: number): Promise<ClientId[]> {
    const deadlines = this.#keys.partition(generation, partition).deadlines();
    const keys = await this.#ask(() => this.#redis.zrange(deadlines, '-inf', now.toString(), 'BYSCORE', 'LIMIT', 0, limit));
    return keys.map(parseClientKey).filter((id) => id !== undefined);
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (error instanceof PartitionsDiffer) throw error;
      throw new RedisUnavailable(this.options.url, true, error);
    }
  }
}

/** The number of partitions is fixed for the life of the topics: with another one, clients would be looked for where they are not. */
export class PartitionsDiffer extends Error {
  override readonly name = 'PartitionsDiffer';
  constructor(fixed: number, asked: number) {
    super(`Redis holds snapshots of ${fixed} partitions, not ${asked}: the number of partitions cannot change`);
  }
}

function applyKeys(keys: PartitionKeys): string[] {
  return [keys.meta(), keys.counts(), keys.deadlines(), keys.sources()];
}

/** As APPLY_CLIENTS takes them. */
function applyArguments({ client, due }: ClientWrite): string[] {
  const snapshot = clientSnapshot(client);
  const fields = encodeClient(snapshot, client);
  const key = clientKey(client.namespace, client.client);
  const since = snapshot.since === undefined ? undefined : parseTime(snapshot.since);
  return [
    key,
    encodeName(client.namespace),
    encodeName(client.client),
    fields['source'] ?? '',
    snapshot.source,
    snapshot.presence,
    snapshot.disconnectionReason ?? '',
    since === undefined ? '' : timeToMilliseconds(since).toString(),
    due?.at.toString() ?? '',
    due?.moved === false ? 'NX' : 'CH',
    ...flat(fields),
    client.sessions.size.toString(),
    ...[...client.sessions].flatMap(([session, state]) => [
      `${key}/${encodeName(session)}`,
      ...flat(encodeSession(sessionSnapshot(client, session, state), state)),
    ]),
  ];
}

function flat(fields: Fields): string[] {
  const entries = Object.entries(fields);
  return [entries.length.toString(), ...entries.flat()];
}
