import { randomUUID } from 'node:crypto';
import { type ClientState, clientSnapshot, type FoldSettings, sessionSnapshot, unseenClient } from '@rollcall/fold';
import { clientKey, encodeName, parseClientKey, timeToMilliseconds } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import { decodeClientState, encodeClient } from './client-codec.ts';
import { everyClient } from './every-client.ts';
import { clientFromReply, type Fields } from './fields.ts';
import type { ClientId, PartitionKeys } from './keys.ts';
import type { ScriptedRedis } from './redis.ts';
import { encodeSession } from './session-codec.ts';

/** A client to write; while it is pending, with the time at which its OfflineDeadline falls due. */
export interface ClientWrite {
  readonly client: ClientState;
  /** `at` in milliseconds since 1970. Not `moved`: a due time that is there already stays. */
  readonly due?: { readonly at: number; readonly moved: boolean } | undefined;
}

/** Where Redis stands: the next offset to apply, or that it is being restored, or that nothing was ever applied. */
export type Watermark = bigint | 'restoring' | undefined;

/** Redis is not as this owner left it: somebody else claimed the partition, or Redis lost writes. Nothing was written. */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';
  readonly retryable = true;
  constructor() {
    super('Redis is not as this owner left it');
  }
}

/** Clients per script call: Redis answers nobody else while a script runs. */
const CLIENTS_PER_CALL = 50;
/** For the same reason, as clients may have many sessions; a client that has more than this goes alone. A session has about thirty. */
const ARGUMENTS_PER_CALL = 20_000;

/** The snapshots of one partition, as their owner since `claim`. Every write compares the chain with what this owner left there. */
export class OwnedPartition {
  #counter = 0;

  private constructor(
    private readonly redis: ScriptedRedis,
    private readonly keys: PartitionKeys,
    private readonly settings: FoldSettings,
    private readonly nonce: string,
  ) {}

  /** Takes the partition over from whoever held it; says where Redis stands. */
  static async claim(redis: ScriptedRedis, keys: PartitionKeys, settings: FoldSettings) {
    const partition = new OwnedPartition(redis, keys, settings, randomUUID());
    const watermark = await redis.claim(1, keys.meta(), partition.#chain());
    return { partition, watermark: decodeWatermark(watermark) };
  }

  /** The clients as Redis has them, unseen ones included, in the order asked for. Throws ChainBroken. */
  async load(ids: readonly ClientId[]): Promise<ClientState[]> {
    const loaded: ClientState[] = [];
    for (let from = 0; from < ids.length; from += CLIENTS_PER_CALL) {
      const some = ids.slice(from, from + CLIENTS_PER_CALL);
      const clients = some.map((id) => this.keys.client(clientKey(id.namespace, id.client)));
      const names = [this.keys.meta(), this.keys.sources(), ...clients, this.keys.absent()];
      const [, chain, ...found] = await this.redis.readClients(names.length, ...names, this.keys.base, 'sessions');
      if (chain !== this.#chain()) throw new ChainBroken();
      some.forEach((id, at) => {
        const reply = found[at];
        loaded.push(reply ? decodeClientState(id, clientFromReply(reply), this.settings) : unseenClient(id.namespace, id.client));
      });
    }
    return loaded;
  }

  /** Writes the clients whole. The last call sets the watermark, if there is one, so that it never says more than what was applied.
   *  `between` runs after each call but the last. Throws ChainBroken. */
  async apply(writes: readonly ClientWrite[], watermark?: bigint, between: () => Promise<void> = async () => {}): Promise<void> {
    const calls = [...inCalls(writes)];
    const last = calls.pop() ?? [];
    for (const some of calls) {
      await this.#apply(some, '');
      await between();
    }
    await this.#apply(last, watermark?.toString() ?? '');
  }

  /** Every client of which anything is known, in portions. Throws ChainBroken. */
  async *everyClient(): AsyncIterable<readonly ClientState[]> {
    for await (const ids of everyClient(this.redis, this.keys, CLIENTS_PER_CALL)) {
      const clients = await this.load(ids);
      // An index may name a client that somebody deleted.
      yield clients.filter(({ offset }) => offset >= 0n);
    }
  }

  /** Whether `rollcall.state` is still to be written from these snapshots: they became the active ones by a switch. */
  async unpublished(): Promise<boolean> {
    return (await this.redis.hexists(this.keys.meta(), 'unpublished')) === 1;
  }

  async published(): Promise<void> {
    await this.redis.hdel(this.keys.meta(), 'unpublished');
  }

  /** Deletes the partition's snapshots, and marks it as restoring for readers. Throws ChainBroken. */
  async wipe(): Promise<void> {
    let answer: number;
    do {
      answer = await this.#write((chain, next) =>
        this.redis.wipe(5, ...this.#shared(), chain, next, this.keys.base, CLIENTS_PER_CALL.toString()),
      );
    } while (answer === 1);
  }

  /** Throws ChainBroken if Redis is not as this owner left it. */
  async check(): Promise<void> {
    if ((await this.redis.hget(this.keys.meta(), 'chain')) !== this.#chain()) throw new ChainBroken();
  }

  /** The clients whose deadlines have fallen due, the longest due first. `now` in milliseconds since 1970. */
  async due(now: number, limit: number): Promise<ClientId[]> {
    const keys = await this.redis.zrange(this.keys.deadlines(), '-inf', now.toString(), 'BYSCORE', 'LIMIT', 0, limit);
    return keys.map(parseClientKey).filter((id) => id !== undefined);
  }

  #apply(clients: readonly string[], watermark: string): Promise<number> {
    return this.#write((chain, next) => this.redis.applyClients(5, ...this.#shared(), chain, next, this.keys.base, watermark, clients));
  }

  async #write(script: (chain: string, next: string) => Promise<number>): Promise<number> {
    const chain = this.#chain();
    this.#counter++;
    const answer = await script(chain, this.#chain());
    if (answer === 0) throw new ChainBroken();
    return answer;
  }

  #chain(): string {
    return `${this.nonce}:${this.#counter}`;
  }

  #shared(): string[] {
    return [this.keys.meta(), this.keys.counts(), this.keys.deadlines(), this.keys.sources(), this.keys.absent()];
  }
}

export function decodeWatermark(text: string | null): Watermark {
  return text === null ? undefined : text === 'restoring' ? text : BigInt(text);
}

/** The arguments of the clients in their order, in runs that one call takes. */
function* inCalls(writes: readonly ClientWrite[]): Iterable<readonly string[]> {
  let clients = 0;
  let some: string[] = [];
  for (const write of writes) {
    const before = some.length;
    pushArguments(some, write);
    if (clients > 0 && some.length > ARGUMENTS_PER_CALL) {
      const more = some.splice(before);
      yield some;
      some = more;
      clients = 0;
    }
    if (++clients < CLIENTS_PER_CALL) continue;
    yield some;
    some = [];
    clients = 0;
  }
  if (clients > 0) yield some;
}

/** As APPLY_CLIENTS takes them. */
function pushArguments(to: string[], { client, due }: ClientWrite): void {
  const snapshot = clientSnapshot(client);
  const fields = encodeClient(snapshot, client);
  const key = clientKey(client.namespace, client.client);
  const { since } = client.presence;
  to.push(
    key,
    encodeName(client.namespace),
    encodeName(client.client),
    bucketOf(snapshot),
    fields['source'] ?? '',
    snapshot.source,
    snapshot.since ?? '',
    since === undefined ? '0' : timeToMilliseconds(since).toString(),
    due?.at.toString() ?? '',
    due?.moved === false ? 'NX' : 'CH',
  );
  pushFields(to, fields);
  to.push(client.sessions.length.toString());
  for (const state of client.sessions) {
    to.push(`${key}/${encodeName(state.session)}`);
    pushFields(to, encodeSession(sessionSnapshot(client, state), state));
  }
}

/** How many, then names and values. */
function pushFields(to: string[], fields: Fields): void {
  const count = to.push('') - 1;
  for (const name in fields) to.push(name, fields[name] ?? '');
  to[count] = ((to.length - count - 1) / 2).toString();
}
