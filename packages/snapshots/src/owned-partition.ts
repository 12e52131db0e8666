import { randomUUID } from 'node:crypto';
import type { ClientState } from '@rollcall/fold';
import { type ClientKey, parseClientKey } from '@rollcall/schema';
import { LRUCache } from 'lru-cache';
import { ApplyCommands } from './apply-commands.ts';
import { BucketCounts } from './bucket-counts.ts';
import { everyClient } from './every-client.ts';
import type { PartitionKeys } from './keys.ts';
import type { ProjectionSettings } from './projection.ts';
import { CLIENTS_PER_CALL, readClients } from './read-clients.ts';
import { inTurn, pairs, type ScriptedRedis } from './redis.ts';
import { type ClientEntries, type ReadClient, readStored, type StoredClient, stateOf, toStore } from './stored-client.ts';

/** A client to write; while it is pending, with the time at which its OfflineDeadline falls due. */
export interface ClientWrite {
  readonly client: ClientState;
  /** `at` in milliseconds since 1970. Not `moved`: a due time that is there already stays. */
  readonly due?: { readonly at: number; readonly moved: boolean } | undefined;
}

/** What is still to be written of a client. */
interface StagedClient {
  write: ClientWrite;
  /** Of what Redis has, which is older, as far as it is known. */
  overwritten: ClientEntries | undefined;
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

/** Redis answers nobody else while a script runs, and clients may have many sessions: from this many characters on, the next client waits for
 *  the next call. */
const LENGTH_PER_CALL = 100_000;

/** As many as may be loaded and folded together: these are not read twice. */
export const CLIENTS_PER_BATCH = 2_500;

/** The snapshots of one partition, as their owner since `claim`. Every write compares the chain with what this owner left there. */
export class OwnedPartition {
  #counter = 0;
  /** Clients as Redis has them, those that were used last: read here, or written. The chain says that nobody else wrote. */
  readonly #held: LRUCache<string, StoredClient>;
  /** What is still to be written: Redis is behind by this. */
  #staged = new Map<string, StagedClient>();
  #sessionsStaged = 0;

  private constructor(
    private readonly redis: ScriptedRedis,
    private readonly keys: PartitionKeys,
    /** What its generation is folded by. */
    readonly settings: ProjectionSettings,
    /** Of the chain; '' once a write has failed: whether it came to Redis is not known, so nothing is written after it. */
    private nonce: string,
    /** As Redis has them, or will have once what was sent is written. */
    private counts: BucketCounts,
    cache: number,
  ) {
    const max = Math.max(CLIENTS_PER_BATCH, cache);
    this.#held = new LRUCache({ max, maxSize: max, sizeCalculation });
  }

  /** Takes the partition over from whoever held it; says where Redis stands. `cache`: how many clients to keep in memory, at least those
   *  of a batch. Throws LayoutOutdated. */
  static async claim(redis: ScriptedRedis, keys: PartitionKeys, settings: ProjectionSettings, cache = CLIENTS_PER_BATCH) {
    const [nonce, watermark, counts] = await redis.claim(2, keys.meta(), keys.counts(), randomUUID());
    const partition = new OwnedPartition(redis, keys, settings, nonce, new BucketCounts(pairs(counts)), cache);
    return { partition, watermark: decodeWatermark(watermark) };
  }

  /** The clients as they were written or staged last, unseen ones included, in the order asked for. Throws ChainBroken. */
  async load(ids: readonly ClientKey[]): Promise<ClientState[]> {
    const found = ids.map((id) => this.#staged.get(id.key)?.write.client ?? this.#heldState(id));
    const read = await this.#read(ids.filter((_, at) => found[at] === undefined));
    for (const { client, stored } of read) this.#held.set(client.key, stored);
    const missing = read.values();
    return found.map((client) => client ?? missing.next().value?.client).filter((client) => client !== undefined);
  }

  #heldState(id: ClientKey): ClientState | undefined {
    const held = this.#held.get(id.key);
    return held && stateOf(id, held, this.settings);
  }

  /** Keeps the clients for the next `apply`, which writes each once, as it was staged last. Until then Redis is behind by them. */
  stage(writes: readonly ClientWrite[]): void {
    for (const write of writes) {
      const { key } = write.client;
      const staged = this.#staged.get(key);
      this.#sessionsStaged += sessionsOf(write) - (staged === undefined ? 0 : sessionsOf(staged.write));
      if (staged === undefined) {
        this.#staged.set(key, { write, overwritten: this.#held.peek(key)?.entries });
        this.#held.delete(key);
      } else {
        staged.write = after(staged.write, write);
      }
    }
  }

  /** As they were staged last. */
  *stagedClients(): Generator<ClientState, void> {
    for (const { write } of this.#staged.values()) yield write.client;
  }

  /** As many are staged as are to be kept in memory: it is time to apply them. */
  get isFull(): boolean {
    return this.#sessionsStaged >= this.#held.max;
  }

  /** Writes the clients, and all that were staged. The last call sets the watermark, if there is one, so that it never says more than what was
   *  applied. `between` runs after each call but the last. Throws ChainBroken. */
  async apply(writes: readonly ClientWrite[], watermark?: bigint, between: () => Promise<void> = async () => {}): Promise<void> {
    this.stage(writes);
    await this.#readOverwritten();
    const most = clientsPerCall(this.#staged.size);
    let commands = new ApplyCommands(this.keys);
    let written = new Map<string, StoredClient>();
    let underWay = Promise.resolve();
    for (const {
      write: { client, due },
      overwritten,
    } of this.#staged.values()) {
      if (overwritten === undefined) throw new TypeError('a client to write was not loaded');
      if (commands.clients === most || commands.length > LENGTH_PER_CALL) {
        await underWay;
        // While Redis writes these, the next ones are made ready.
        underWay = this.#apply(commands, written).then(between);
        underWay.catch(() => {}); // Making the next ones ready may fail before anybody waits for it.
        commands = new ApplyCommands(this.keys);
        written = new Map();
      }
      const stored = toStore(client, due !== undefined);
      commands.add(client, stored, overwritten, due && (due.moved || !overwritten.pending) ? due.at : undefined);
      written.set(client.key, stored);
    }
    await underWay;
    if (watermark !== undefined) commands.watermark(watermark);
    await this.#apply(commands, written);
    this.#unstage();
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
    this.#forget();
    const keys = [this.keys.meta(), this.keys.counts(), this.keys.deadlines(), this.keys.sources(), this.keys.absent()];
    let answer: number;
    do {
      answer = await this.#write((chain, next) =>
        this.redis.wipe(keys.length, ...keys, chain, next, this.keys.base, CLIENTS_PER_CALL.toString()),
      );
    } while (answer === 1);
    this.counts = new BucketCounts();
  }

  /** Throws ChainBroken if Redis is not as this owner left it. */
  async check(): Promise<void> {
    if ((await this.redis.hget(this.keys.meta(), 'chain')) !== this.#chain()) throw new ChainBroken();
  }

  /** The clients whose deadlines have fallen due, the longest due first. Of one that is staged, Redis may have a deadline that no longer holds:
   *  it is not among them before it is written. `now` in milliseconds since 1970. */
  async due(now: number, limit: number): Promise<ClientKey[]> {
    const due = await this.redis.zrange(this.keys.deadlines(), '-inf', now.toString(), 'BYSCORE', 'LIMIT', 0, limit);
    const keys = due.filter((key) => !this.#staged.has(key));
    return keys.map(parseClientKey).filter((id) => id !== undefined);
  }

  async #readOverwritten(): Promise<void> {
    const unknown = [...this.#staged.values()].filter(({ overwritten }) => overwritten === undefined);
    const read = await this.#read(unknown.map(({ write }) => write.client));
    for (const [at, staged] of unknown.entries()) staged.overwritten = read[at]?.stored.entries;
  }

  /** From Redis, in the order asked for. */
  async #read(ids: readonly ClientKey[]): Promise<ReadClient[]> {
    const read: ReadClient[] = [];
    for (let from = 0; from < ids.length; from += CLIENTS_PER_CALL) {
      const some = ids.slice(from, from + CLIENTS_PER_CALL);
      const names = some.map(({ key }) => key);
      const { chain, sources, texts } = await inTurn(this.redis, () => readClients(this.redis, this.keys, names));
      if (chain !== this.#chain()) {
        this.#forget();
        throw new ChainBroken();
      }
      for (const [at, id] of some.entries()) {
        read.push(readStored(id, texts[at], sources, this.settings));
      }
    }
    return read;
  }

  async #apply(commands: ApplyCommands, written: ReadonlyMap<string, StoredClient>): Promise<void> {
    const keys = [this.keys.meta(), this.keys.absent()];
    const words = commands.toArguments(this.counts);
    await this.#write((chain, next) => this.redis.apply(keys.length, ...keys, chain, next, ...words));
    for (const [key, stored] of written) this.#held.set(key, stored);
  }

  async #write(script: (chain: string, next: string) => Promise<number>): Promise<number> {
    const chain = this.#chain();
    this.#counter++;
    const next = this.#chain();
    try {
      const answer = await inTurn(this.redis, () => script(chain, next));
      if (answer === 0) throw new ChainBroken();
      return answer;
    } catch (error) {
      this.nonce = '';
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#held.clear();
    this.#unstage();
  }

  /** A map that is emptied again and again keeps what was in it (docs/adr/0031). */
  #unstage(): void {
    this.#staged = new Map();
    this.#sessionsStaged = 0;
  }

  #chain(): string {
    return `${this.nonce}:${this.#counter}`;
  }
}

/** Of so many clients to write, how many at once: few, so that who asks meanwhile waits for less; of many a quarter, CLIENTS_PER_CALL at the
 *  most, for each call takes its time. */
function clientsPerCall(staged: number): number {
  return Math.min(Math.max(FEWEST_CLIENTS_PER_CALL, Math.ceil(staged / 4)), CLIENTS_PER_CALL);
}

const FEWEST_CLIENTS_PER_CALL = 8;

function sessionsOf({ client }: ClientWrite): number {
  return Math.max(1, client.sessions.length);
}

/** One write in place of two: a due time that the first one moved is the one that stays, unless it is moved again. */
function after(first: ClientWrite, second: ClientWrite): ClientWrite {
  return second.due === undefined || second.due.moved || first.due === undefined ? second : { client: second.client, due: first.due };
}

/** In clients: one of many sessions, or of long attributes, counts as several. */
function sizeCalculation({ text }: StoredClient): number {
  return Math.max(1, Math.floor(text.length / 1_000));
}

export function decodeWatermark(text: string | null): Watermark {
  return text === null ? undefined : text === 'restoring' ? text : BigInt(text);
}
