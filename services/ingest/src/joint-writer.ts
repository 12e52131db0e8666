import { setTimeout as sleep } from 'node:timers/promises';
import type { NewRecord } from '@rollcall/log';

/** Least time from the begin of one write to that of the next, in milliseconds. */
const APART = 20;

/** Writes together what several partitions have to write at about the same time: while one write is under way, and for as long as it is young, all that
 *  comes waits for the next one. A few large requests cost less than many small ones, here and in Kafka. What comes after a pause is written at once. */
export class JointWriter {
  #waiting: NewRecord[] = [];
  #next: Promise<void> | undefined;
  #underWay: Promise<unknown> = Promise.resolve();
  #beganAt = Number.NEGATIVE_INFINITY;

  /** `append` resolves when all is acknowledged. */
  constructor(private readonly append: (records: readonly NewRecord[]) => Promise<void>) {}

  /** Resolves when these are acknowledged. Rejects as `append` does: some of them may have been written. */
  write(records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    for (const record of records) this.#waiting.push(record);
    this.#next ??= this.#flush();
    return this.#next;
  }

  async #flush(): Promise<void> {
    await this.#underWay;
    const early = this.#beganAt + APART - performance.now();
    if (early > 0) await sleep(early);
    const records = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    this.#beganAt = performance.now();
    const written = this.append(records);
    this.#underWay = written.catch(() => {});
    await written;
  }
}
