import { type LogOptions, type LogRecord, LogStream, type LogUnavailable, type StreamStart } from '@rollcall/log';

/** The next offset of each partition, decimal: where a feed goes on. Plain JSON, to be saved and given to `from: { offsets }`. */
export type FeedPosition = Readonly<Record<string, string>>;

/** Where a feed begins, who shares it, when it ends. */
export interface FeedOptions {
  /** Where to begin: with what happens from now on, with the oldest that is kept, with the first record of a time, or after a saved
   *  position. A partition that a position does not name begins with its oldest record. Default `latest`. */
  readonly from?: StreamStart | undefined;
  /** Name of a Kafka consumer group. Its members share the partitions, and it remembers what they consumed, at least once: that goes
   *  before `from`. What a loop has asked to follow is committed each second, and when it ends. Default: alone, nothing is committed. */
  readonly group?: string | undefined;
  /** Ends the feed. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time that Kafka cannot be reached and is tried again. */
  readonly onRetry?: ((error: LogUnavailable) => void) | undefined;
}

/** A subscription: iterate over it, at your own pace, until its signal aborts or you leave the loop; no more than some 30 MB are read
 *  ahead. When Kafka goes away it waits, and goes on where it was: nothing twice, nothing left out. After a loop was left, another may go on.
 *
 *  The first iteration throws LogUnavailable if Kafka cannot be reached; later failures are retried with up to 5 s between. It throws
 *  PlaceInvalid or PositionUnknown for a place that is none, and LogCut if what comes next is no longer kept. */
export interface Feed<T> extends AsyncIterable<T, void, undefined> {
  /** Where it stands: after what was delivered last, and what the filters left out since. Empty before it is ready. With a group, only
   *  the partitions that this member has. */
  readonly position: FeedPosition;

  /** Resolves when it is fixed where the feed begins: with `latest`, all that happens after that is delivered. Not needed: iterating does
   *  it. Throws like the first iteration. */
  ready(): Promise<void>;
}

/** What a feed reads, and how it shows it. */
export interface FeedSource<T> {
  readonly topic: string;
  /** Only the partition of this key. */
  readonly key?: string | undefined;
  /** Undefined: nothing to show. */
  readonly read: (record: LogRecord) => T | undefined;
}

export class LogFeed<T> implements Feed<T> {
  readonly #stream: LogStream;
  readonly #read: (record: LogRecord) => T | undefined;

  constructor(log: LogOptions, { topic, key, read }: FeedSource<T>, options: FeedOptions) {
    const { from = 'latest', group, signal = new AbortController().signal, onRetry } = options;
    this.#stream = new LogStream(log, { topic, from, group, signal, onRetry, key: group === undefined ? key : undefined });
    this.#read = read;
  }

  get position(): FeedPosition {
    return toFeedPosition(this.#stream.positions);
  }

  ready(): Promise<void> {
    return this.#stream.ready();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const record of this.#stream) {
      const shown = record && this.#read(record);
      if (shown !== undefined) yield shown;
    }
  }
}

export function toFeedPosition(offsets: ReadonlyMap<number, bigint>): FeedPosition {
  return Object.fromEntries([...offsets].map(([partition, offset]) => [partition, offset.toString()]));
}
