import { type LogOptions, type LogRecord, type SaslOptions, tail } from '@rollcall/log';
import { type Change, DEFAULT_PREFIX, type DeadLetter, parseJson, type SessionSnapshot, topicNames } from '@rollcall/schema';
import { type ClientView, type ListFilter, type NamespaceCounts, type Page, SnapshotReader } from '@rollcall/snapshots';
import type { FoldOptions } from './fold-options.ts';

/** Where Rollcall's data is. */
export interface RollcallOptions {
  /** `redis://` or `rediss://`, with user and password where Redis asks for them. */
  readonly redisUrl: string;
  /** Kafka, for subscribing. */
  readonly kafka: {
    /** `host:port` of some brokers. */
    readonly brokers: readonly string[];
    /** TLS to the brokers. Default `false`. */
    readonly tls?: boolean | undefined;
    /** User and password. Default: none. */
    readonly sasl?: SaslOptions | undefined;
  };
  /** Prefix of the topics and of the Redis keys. Default `rollcall`. */
  readonly prefix?: string;
  /** For replays and rebuilds. */
  readonly fold?: FoldOptions;
}

/** Query and subscribe. Nothing connects before it is needed; close it, or declare it with `await using`. */
export class Rollcall implements AsyncDisposable {
  readonly #reader: SnapshotReader;
  readonly #log: LogOptions;

  constructor({ redisUrl, kafka, prefix = DEFAULT_PREFIX }: RollcallOptions) {
    this.#reader = new SnapshotReader({ url: redisUrl, patient: false, onError: () => {}, prefix });
    this.#log = { ...kafka, prefix, clientId: 'rollcall-client', retries: 1, logger: { debug: () => {} } };
  }

  /** A client with all its sessions as of one position of the log; undefined if nothing was ever heard of it.
   *  Throws PartitionRestoring, RedisUnavailable. */
  client(namespace: string, client: string): Promise<ClientView | undefined> {
    return this.#reader.client({ namespace, client });
  }

  /** One session; undefined if nothing was ever heard of it. Throws PartitionRestoring, RedisUnavailable. */
  session(namespace: string, client: string, session: string): Promise<SessionSnapshot | undefined> {
    return this.#reader.session({ namespace, client }, session);
  }

  /** A page of a namespace's clients. Throws CursorInvalid, PartitionRestoring, RedisUnavailable. */
  list(filter: ListFilter, limit: number, cursor?: string): Promise<Page> {
    return this.#reader.list(filter, limit, cursor);
  }

  /** How many clients there are, per namespace, in the order of their names; of one namespace only where it is named. Costs the same
   *  whatever the number of clients. Throws PartitionRestoring, RedisUnavailable. */
  counts(namespace?: string): Promise<NamespaceCounts[]> {
    return this.#reader.counts(namespace);
  }

  /** Changes as they are committed, each exactly once, a client's in order; until `signal` aborts. Throws LogUnavailable. */
  async *changes({ from = 'latest', signal }: { from?: 'latest' | 'earliest'; signal: AbortSignal }): AsyncIterable<Change> {
    for await (const { value } of tail(this.#log, topicNames(this.#log.prefix).changes, from, signal)) {
      if (value !== null) yield parseJson(Buffer.from(value).toString()) as Change;
    }
  }

  /** Dead letters as they come, until `signal` aborts. Throws LogUnavailable. */
  async *deadLetters({ from = 'latest', signal }: { from?: 'latest' | 'earliest'; signal: AbortSignal }): AsyncIterable<DeadLetter> {
    for await (const record of tail(this.#log, topicNames(this.#log.prefix).deadLetters, from, signal)) yield toDeadLetter(record);
  }

  /** Closes the connections. Never throws; nothing may be asked afterwards. */
  async close(): Promise<void> {
    this.#reader.close();
  }

  /** Closes it at the end of the block that declared it with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function toDeadLetter({ partition, offset, key, value, headers }: LogRecord): DeadLetter {
  const { reason = '', detail = '', ...from } = headers;
  return {
    position: { partition, offset: offset.toString() },
    reason,
    detail,
    ...(key !== null && { key: Buffer.from(key).toString() }),
    from,
    original: Buffer.from(value ?? []).toString('base64'),
  };
}
