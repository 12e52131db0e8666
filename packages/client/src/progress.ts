import type { Bounds, LogRecord } from '@rollcall/log';

/** How far a long work has come, in offsets of the log: `read` so far, of all there are to read. */
export interface Progress {
  readonly read: number;
  readonly of: number;
}

const RECORDS_PER_CALL = 1_000;

/** Counts what is read of some ranges of the log, one reading after the other. */
export class ProgressCounter {
  readonly #of: number;
  #read = 0;

  constructor(
    readings: readonly ReadonlyMap<number, Bounds>[],
    private readonly onProgress: (progress: Progress) => void,
  ) {
    this.#of = readings.reduce((sum, ranges) => sum + lengthOf(ranges), 0);
  }

  /** The same records. Offsets that hold none are counted too. */
  async *over(records: AsyncIterable<LogRecord>, ranges: ReadonlyMap<number, Bounds>): AsyncIterable<LogRecord> {
    const end = this.#read + lengthOf(ranges);
    const next = new Map([...ranges].map(([partition, { start }]) => [partition, start]));
    let untold = 0;
    for await (const record of records) {
      const after = record.offset + 1n;
      this.#read += Number(after - (next.get(record.partition) ?? after));
      next.set(record.partition, after);
      if (++untold % RECORDS_PER_CALL === 0) this.#tell();
      yield record;
    }
    this.#read = end;
    this.#tell();
  }

  #tell(): void {
    this.onProgress({ read: this.#read, of: this.#of });
  }
}

function lengthOf(ranges: ReadonlyMap<number, Bounds>): number {
  return [...ranges.values()].reduce((sum, { start, end }) => sum + Number(end - start), 0);
}
