import { setTimeout as sleep } from 'node:timers/promises';
import type { LogOptions, LogUnavailable } from '@rollcall/log';
import { type ClientSnapshot, clientKey, partitionOf, topicNames } from '@rollcall/schema';
import { PartitionRestoring, type SnapshotReader, SnapshotsBehind } from '@rollcall/snapshots';
import { type FeedChange, keyFilter, readChange } from './changes.ts';
import { type FeedPosition, toFeedPosition } from './feed.ts';
import { askOffsets, type FeedEnd, takeUpFeed } from './feed-end.ts';

/** Which clients, and until when. */
export interface TableOptions {
  /** Only its clients. Default: those of all namespaces. */
  readonly namespace?: string | undefined;
  /** Ends the table. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time that Kafka cannot be reached, or that the snapshots are not complete or not new enough, and it tries again. */
  readonly onRetry?: ((error: LogUnavailable | PartitionRestoring | SnapshotsBehind) => void) | undefined;
}

/** `row`: a client as it is; each comes once. `change`: newer than what came of that client before. `complete`: rows and changes together
 *  are now the state of all clients as of one position of each partition, and after each change from here on as of its place. */
export type TableEntry =
  | { readonly type: 'row'; readonly client: ClientSnapshot }
  | { readonly type: 'change'; readonly change: FeedChange }
  | { readonly type: 'complete'; readonly position: FeedPosition };

/** Clients per question to Redis. */
const PAGE = 500;
/** How long to wait before Redis is asked again, in milliseconds. */
const WAIT = 500;

export interface TableSource {
  readonly reader: SnapshotReader;
  readonly log: LogOptions;
}

/** The snapshots in Redis, joined to the feed in Kafka.
 *
 *  The feed is taken up, and Redis waited for until it holds every event whose change stands before. Rows are read while projectors go on:
 *  each has an offset of its own, and changes that it contains already are left out. Whatever Redis held by the end of that stands
 *  before the end of the feed, committed or not: when the feed has been read that far, rows and changes agree. */
export async function* tableEntries(source: TableSource, options: TableOptions): AsyncGenerator<TableEntry, void, undefined> {
  const { signal = new AbortController().signal, onRetry } = options;
  const feed = await takeUpFeed(source.log, { signal, onRetry });
  if (feed === undefined) return;
  const table = new TableReading(source, feed, { ...options, signal });
  try {
    await table.waitForSnapshots();
    yield* table.rows();
    if (signal.aborted) return;
    const ends = await askOffsets(source.log, (offsets) => offsets.appended(topicNames(source.log.prefix).changes));
    yield* table.changes(ends);
    if (signal.aborted) return;
    yield { type: 'complete', position: toFeedPosition(feed.positions) };
    yield* table.changes();
  } finally {
    await feed.records.return();
  }
}

class TableReading {
  /** Rows that contain events after those of `lastEvents`: the changes up to there are not to be told again. */
  readonly #ahead = new Map<string, bigint>();
  readonly #isWanted: (key: string) => boolean;

  constructor(
    private readonly source: TableSource,
    private readonly feed: FeedEnd,
    private readonly options: TableOptions & { readonly signal: AbortSignal },
  ) {
    this.#isWanted = keyFilter(options.namespace, undefined);
  }

  async waitForSnapshots(): Promise<void> {
    for (const [partition, offset] of this.feed.lastEvents)
      await this.#patiently(() => this.source.reader.clients([], { atLeast: { partition, offset }, timeout: WAIT }));
  }

  async *rows(): AsyncGenerator<TableEntry, void, undefined> {
    const { namespace } = this.options;
    const namespaces = namespace === undefined ? await this.#patiently(() => this.source.reader.namespaces()) : [namespace];
    for (const name of namespaces ?? []) {
      let cursor: string | undefined;
      do {
        const page = await this.#patiently(() => this.source.reader.list({ namespace: name }, { order: 'name', limit: PAGE, cursor }));
        for (const client of page?.clients ?? []) {
          this.#remember(client);
          yield { type: 'row', client };
        }
        cursor = page?.cursor;
      } while (cursor !== undefined && !this.options.signal.aborted);
    }
  }

  /** Those that no row contains; up to these offsets of the feed, or for as long as `signal` lets. */
  async *changes(ends?: ReadonlyMap<number, bigint>): AsyncGenerator<TableEntry, void, undefined> {
    const { records, positions } = this.feed;
    while (ends === undefined || [...ends].some(([partition, end]) => (positions.get(partition) ?? 0n) < end)) {
      const { value: record, done } = await records.next();
      if (done) return;
      if (!record?.value || !record.key) continue;
      const key = Buffer.from(record.key).toString();
      if (!this.#isWanted(key)) continue;
      const change = readChange(record);
      if (BigInt(change.position.offset) > (this.#ahead.get(key) ?? -1n)) yield { type: 'change', change };
    }
    this.#ahead.clear();
  }

  #remember({ namespace, client, offset }: ClientSnapshot): void {
    const key = clientKey(namespace, client);
    const last = this.feed.lastEvents.get(partitionOf(key, this.feed.positions.size)) ?? -1n;
    if (BigInt(offset) > last) this.#ahead.set(key, BigInt(offset));
  }

  /** Undefined if `signal` aborts. */
  async #patiently<T>(question: () => Promise<T>): Promise<T | undefined> {
    const { signal, onRetry } = this.options;
    while (!signal.aborted) {
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof PartitionRestoring || error instanceof SnapshotsBehind)) throw error;
        onRetry?.(error);
        if (error instanceof PartitionRestoring) await sleep(WAIT, undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }
}
