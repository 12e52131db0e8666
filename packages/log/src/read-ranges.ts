import type { Bounds } from './offsets.ts';
import type { LogOptions } from './options.ts';
import { readRange } from './read-range.ts';
import type { LogRecord } from './record.ts';

/** Reads the committed records of some partitions of a topic, each within its range, in the order of their times; then ends. A partition's
 *  own order is kept. Throws LogUnavailable. */
export async function* readRanges(
  log: LogOptions,
  topic: string,
  ranges: ReadonlyMap<number, Bounds>,
  signal: AbortSignal,
): AsyncIterable<LogRecord> {
  const done = new AbortController();
  const until = AbortSignal.any([signal, done.signal]);
  const partitions = [...ranges].map(
    ([partition, { start, end }]) => new PartitionHead(readRange(log, { topic, partition, from: start, to: end }, until)),
  );
  try {
    await Promise.all(partitions.map((partition) => partition.advance()));
    while (true) {
      const first = earliest(partitions);
      if (first?.record === undefined) return;
      yield first.record;
      await first.advance();
    }
  } finally {
    done.abort();
    await Promise.all(partitions.map((partition) => partition.close()));
  }
}

function earliest(partitions: readonly PartitionHead[]): PartitionHead | undefined {
  let first: PartitionHead | undefined;
  for (const partition of partitions) {
    if (partition.record === undefined) continue;
    if (first?.record === undefined || partition.record.timestamp < first.record.timestamp) first = partition;
  }
  return first;
}

/** The record of a partition that comes next; undefined at its end. */
class PartitionHead {
  readonly #batches: AsyncIterator<readonly LogRecord[]>;
  #batch: readonly LogRecord[] = [];
  #at = 0;

  constructor(batches: AsyncIterable<readonly LogRecord[]>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  get record(): LogRecord | undefined {
    return this.#batch[this.#at];
  }

  /** Only at the end of a batch there is something to wait for. */
  advance(): Promise<void> | undefined {
    this.#at++;
    return this.#at < this.#batch.length ? undefined : this.#nextBatch();
  }

  async close(): Promise<void> {
    // Whoever is told to stop in the middle of a read says so.
    await this.#batches.return?.().catch(() => {});
  }

  async #nextBatch(): Promise<void> {
    const { value, done } = await this.#batches.next();
    this.#batch = done ? [] : value;
    this.#at = 0;
  }
}
