import type { NewRecord } from '@rollcall/log';

/** Writes together what several partitions have to write at the same time: while one write is under way, all that comes waits for the next one. A
 *  few large requests cost less than many small ones, here and in Kafka. */
export class JointWriter {
  #waiting: NewRecord[] = [];
  #next: Promise<void> | undefined;
  #underWay: Promise<unknown> = Promise.resolve();

  /** `append` resolves when all is acknowledged. */
  constructor(private readonly append: (records: readonly NewRecord[]) => Promise<void>) {}

  /** Resolves when these are acknowledged. Rejects as `append` does: some of them may have been written. */
  write(records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    for (const record of records) this.#waiting.push(record);
    this.#next ??= this.#underWay.then(() => this.#flush());
    return this.#next;
  }

  #flush(): Promise<void> {
    const records = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    const written = this.append(records);
    this.#underWay = written.catch(() => {});
    return written;
  }
}
