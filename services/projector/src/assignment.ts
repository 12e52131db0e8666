import { setTimeout as sleep } from 'node:timers/promises';
import { type LogRecord, LogUnavailable, type RecordBatch } from '@rollcall/log';
import { isFinal, type Logger, type Readiness } from '@rollcall/service';
import { CLIENTS_PER_BATCH } from '@rollcall/snapshots';
import type { Deadlines } from './deadlines.ts';
import type { ProjectorMetrics } from './metrics.ts';
import type { PartitionOwner } from './partition-owner.ts';

const FIRST_WAIT = 50;
const LONGEST_WAIT = 5_000;
/** How soon a partition is looked at again while deadlines fall due, in milliseconds: a few at a time, for Redis answers nobody else while
 *  it reads and writes them. */
const DUE_ROUND = 200;
/** No more clients than are kept in memory until they are written. */
const RECORDS_PER_CYCLE = CLIENTS_PER_BATCH;

export interface AssignmentOptions {
  readonly partition: number;
  readonly owner: PartitionOwner;
  readonly deadlines: Deadlines;
  /** Reads nothing more of the partition until the owner seeks. */
  readonly pause: () => void;
  readonly metrics: ProjectorMetrics;
  readonly readiness: Readiness;
  /** Told of what time cannot mend: this process must stop. */
  readonly fail: (error: unknown) => void;
  readonly logger: Logger;
}

/** A partition while it is assigned to this process: takes it over, and again after each doubt, one thing at a time. */
export class Assignment {
  readonly #revoked = new AbortController();
  #queue: Promise<void>;
  #idling = false;
  /** Doubts since anything was projected, or nothing was wrong for a while: a take-over that succeeds says nothing of the next commit. */
  #doubts = 0;
  #tookOverAt = 0;
  #deadlinesFail = false;

  constructor(private readonly options: AssignmentOptions) {
    this.#queue = this.#takeOver();
  }

  /** Projects a batch, in its turn. */
  project({ records, lag }: RecordBatch): Promise<void> {
    return this.#inTurn(async () => {
      for (let from = 0; from < records.length && !this.#revoked.signal.aborted; from += RECORDS_PER_CYCLE) {
        const some = records.slice(from, from + RECORDS_PER_CYCLE);
        await this.#cycle(some, lag + records.length - from - some.length);
      }
    });
  }

  async #cycle(records: readonly LogRecord[], lag: number): Promise<void> {
    const { owner, deadlines, metrics, partition } = this.options;
    const done = metrics.batch.startTimer();
    if (!(await owner.cycle(records, lag))) return;
    done();
    deadlines.watch(records);
    metrics.lag.set({ partition }, lag);
  }

  /** Resolves when it has been taken over. */
  async takenOver(): Promise<void> {
    await this.#inTurn(async () => {});
  }

  /** Compares the chain, so that an emptied Redis is noticed while nothing happens, and appends the deadlines that have fallen due, until there
   *  are none. */
  async idle(): Promise<void> {
    if (this.#idling) return;
    this.#idling = true;
    const { signal } = this.#revoked;
    while (await this.#appendDue()) await sleep(DUE_ROUND, undefined, { signal }).catch(() => {});
    this.#idling = false;
  }

  /** Resolves to whether deadlines had fallen due: more of them are likely to, soon. */
  async #appendDue(): Promise<boolean> {
    let due = false;
    await this.#inTurn(async () => {
      const { owner, deadlines } = this.options;
      const { snapshots } = owner;
      if (snapshots === undefined) return;
      await owner.check();
      if (owner.snapshots === snapshots) due = await this.#appended(() => deadlines.appendDue(snapshots, Date.now()));
    });
    return due;
  }

  /** Deadlines that cannot be appended now are due again at the next look, and nothing of this partition is in doubt. */
  async #appended(append: () => Promise<boolean>): Promise<boolean> {
    const { logger, partition } = this.options;
    try {
      const due = await append();
      this.#deadlinesFail = false;
      return due;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      if (!this.#deadlinesFail) logger.warn({ partition, error: String(error) }, 'cannot append deadlines yet: offline is confirmed later');
      this.#deadlinesFail = true;
      return false;
    }
  }

  /** Finishes what is in hand and gives the partition up. A fenced owner that is no longer assigned stays quiet. */
  async revoke(): Promise<void> {
    this.#revoked.abort();
    await this.#queue;
    const { owner, partition, logger } = this.options;
    await owner
      .settle()
      .catch((error: unknown) =>
        logger.info({ partition, error: String(error) }, 'left to the next owner: what was still to be committed and applied'),
      );
    await owner.leave();
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#revoked.signal.aborted) return;
      try {
        await task();
      } catch (error) {
        await this.#doubt(error);
      }
    });
    return this.#queue;
  }

  async #doubt(error: unknown): Promise<void> {
    const { partition, logger, pause, owner } = this.options;
    logger.warn({ partition, error: String(error) }, 'in doubt: taking the partition over again');
    pause();
    const wasWell = owner.hasProjected || performance.now() - this.#tookOverAt > 2 * LONGEST_WAIT;
    this.#doubts = wasWell ? 0 : this.#doubts + 1;
    // What is staged may have been forgotten: nothing of it is settled any more.
    await owner.leave();
    await this.#takeOver();
  }

  async #takeOver(): Promise<void> {
    const { partition, owner, logger, metrics, readiness, fail } = this.options;
    const obstacle = `partition ${partition} is being taken over`;
    readiness.block(obstacle);
    if (this.#doubts > 0) await this.#wait(this.#doubts - 1);
    for (let attempt = 0; !this.#revoked.signal.aborted; attempt++) {
      try {
        await owner.takeOver();
        metrics.takeOvers.inc({ partition });
        this.#tookOverAt = performance.now();
        break;
      } catch (error) {
        if (isFinal(error)) return fail(error);
        if (attempt === 0) logger.warn({ partition, error: String(error) }, 'cannot take the partition over yet');
        await this.#wait(attempt);
      }
    }
    readiness.clear(obstacle);
  }

  /** Longer, the more often something has failed; cut short where the partition is given up. */
  async #wait(failures: number): Promise<void> {
    await sleep(Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT), undefined, { signal: this.#revoked.signal }).catch(() => {});
  }
}
