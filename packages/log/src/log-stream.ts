import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamedBatch } from './batch-queue.ts';
import { BatchReader, type SharedGroup } from './batch-reader.ts';
import { Commits } from './commits.ts';
import { isRefusal, LogUnavailable } from './errors.ts';
import { type Bounds, Offsets } from './offsets.ts';
import type { LogOptions } from './options.ts';
import { checkPosition, type StreamStart, startingPositions } from './position.ts';
import type { LogRecord } from './record.ts';

const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;

export interface LogStreamOptions {
  readonly topic: string;
  /** With a group: where partitions begin of which it has committed nothing yet. */
  readonly from: StreamStart;
  /** Only the partition that holds this key. Not together with a group. */
  readonly key?: string | undefined;
  /** Shares the partitions with the other members of this consumer group, and commits what was consumed: at least once. */
  readonly group?: string | undefined;
  readonly signal: AbortSignal;
  /** Told of each failure after which it tries again. */
  readonly onRetry?: ((error: LogUnavailable) => void) | undefined;
}

/** The committed records of a topic as one stream, for as long as it is wanted: it survives what Kafka goes through, and goes on after
 *  the record that was given out last. Whoever iterates sets the pace. */
export class LogStream implements AsyncIterable<LogRecord | undefined> {
  /** The next offset of each partition that is read, after the record given out last. Known when it is ready; with a group, when
   *  partitions were assigned. */
  readonly positions = new Map<number, bigint>();
  /** The same after the batch given out last. */
  readonly #read = new Map<number, bigint>();
  /** Partitions that begin with the oldest record that is kept, of which nothing was read yet. */
  readonly #oldest = new Set<number>();
  readonly #commits: Commits | undefined;
  #starts: ReadonlyMap<number, bigint> | undefined;
  #reader: BatchReader | undefined;

  constructor(
    private readonly log: LogOptions,
    private readonly options: LogStreamOptions,
  ) {
    if (options.group !== undefined) this.#commits = new Commits((offsets) => this.#commit(offsets));
  }

  /** Fixes where it begins: with `latest`, whatever is committed after that is given out. Iterating does it, if it was not done before.
   *  Throws LogUnavailable, PlaceInvalid, LogCut, PositionUnknown. */
  async ready(): Promise<void> {
    if (this.#starts !== undefined) return;
    const { topic, from, key, group } = this.options;
    const { starts, oldest } = await this.#ask((offsets) => startingPositions(offsets, topic, from, key));
    this.#starts = starts;
    for (const partition of oldest) this.#oldest.add(partition);
    if (group === undefined) for (const [partition, offset] of starts) this.positions.set(partition, offset);
  }

  /** Each committed record; `undefined` where only the position has moved on. Ends when `signal` aborts. Iterating again goes on after
   *  the record that was given out last. Throws like `ready`, LogUnavailable also if Kafka refuses. */
  async *[Symbol.asyncIterator](): AsyncGenerator<LogRecord | undefined, void, undefined> {
    await this.ready();
    this.#read.clear();
    for (const [partition, offset] of this.positions) this.#read.set(partition, offset);
    for await (const { partition, records, next } of this.#batches()) {
      for (const record of records) {
        // Another member has it by now, and what was not consumed of it.
        if (!this.#read.has(partition)) break;
        this.positions.set(partition, record.offset + 1n);
        yield record;
        this.#consumed(partition, record.offset + 1n);
        if (this.options.signal.aborted) return;
      }
      if (!this.#read.has(partition)) continue;
      this.positions.set(partition, next);
      this.#consumed(partition, next);
      yield undefined;
    }
  }

  async *#batches(): AsyncGenerator<StreamedBatch, void, undefined> {
    const { signal, onRetry } = this.options;
    let opened = false;
    for (let failures = 0; !signal.aborted; failures++) {
      if (failures > 0) await sleep(Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT), undefined, { signal }).catch(() => {});
      try {
        const reader = await this.#open();
        opened = true;
        for await (const batch of reader.batches()) {
          if (batch.gap !== undefined) await this.#checkGap(batch.partition, batch.gap);
          this.#oldest.delete(batch.partition);
          failures = 0;
          yield batch;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LogUnavailable) || (!opened && isRefusal(error))) throw error;
        onRetry?.(error);
      } finally {
        await this.#close();
      }
    }
  }

  async #open(): Promise<BatchReader> {
    const { topic, group, signal } = this.options;
    if (group === undefined) {
      const bounds = await this.#ask((offsets) => offsets.allBounds(topic));
      for (const [partition, position] of this.#read) this.#begin(partition, this.#checked(partition, position, bounds));
    }
    const shared = group === undefined ? undefined : this.#share(group);
    this.#reader = new BatchReader(this.log, { topic, positions: this.#read, group: shared, signal });
    await this.#reader.open();
    return this.#reader;
  }

  async #close(): Promise<void> {
    await this.#commits?.close();
    await this.#reader?.close();
    this.#reader = undefined;
  }

  /** Reads the partition from there on; not a change if it stands there. */
  #begin(partition: number, start: bigint): void {
    if (this.#read.get(partition) !== start) this.positions.set(partition, start);
    this.#read.set(partition, start);
  }

  #share(id: string): SharedGroup {
    const { topic } = this.options;
    return {
      id,
      rebalancing: () => void this.#commits?.flush(),
      assigned: async (partitions) => {
        for (const partition of this.positions.keys()) if (!partitions.includes(partition)) this.positions.delete(partition);
        const [bounds, committed] = await this.#ask((offsets) => Promise.all([offsets.allBounds(topic), offsets.allCommitted(id, topic)]));
        this.#commits?.assigned(partitions, committed);
        return new Map(partitions.map((partition) => [partition, this.#goOn(partition, committed.get(partition), bounds)]));
      },
    };
  }

  /** What was given out is in good hands; what another member has committed since, too. */
  #goOn(partition: number, committed: bigint | undefined, bounds: ReadonlyMap<number, Bounds>): bigint {
    const own = this.#read.get(partition);
    if (own !== undefined || committed !== undefined) this.#oldest.delete(partition);
    const further = own !== undefined && committed !== undefined && committed > own ? committed : (own ?? committed);
    const place = further ?? this.#starts?.get(partition) ?? 0n;
    // Whoever comes first fixes where the group begins.
    if (committed === undefined) this.#commits?.consumed(partition, place);
    const start = this.#checked(partition, place, bounds);
    if (start !== own) this.positions.set(partition, start);
    return start;
  }

  async #checkGap(partition: number, gap: bigint): Promise<void> {
    const bounds = await this.#ask((offsets) => offsets.allBounds(this.options.topic));
    this.#checked(partition, gap, bounds);
  }

  #checked(partition: number, position: bigint, bounds: ReadonlyMap<number, Bounds>): bigint {
    const found = bounds.get(partition);
    if (this.#oldest.has(partition) && found !== undefined && found.start > position) return found.start;
    checkPosition(this.options.topic, partition, position, found);
    return position;
  }

  #consumed(partition: number, next: bigint): void {
    if (this.#read.has(partition)) this.#commits?.consumed(partition, next);
  }

  async #commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    if (this.#reader === undefined) throw new TypeError('a group is committed to by its member');
    await this.#reader.commit(offsets);
  }

  async #ask<T>(question: (offsets: Offsets) => Promise<T>): Promise<T> {
    const offsets = new Offsets(this.log);
    try {
      return await question(offsets);
    } finally {
      await offsets.close();
    }
  }
}
