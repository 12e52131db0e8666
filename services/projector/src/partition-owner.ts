import type { ClientState, FoldingBatch } from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import type { FaultPoint, Logger } from '@rollcall/service';
import {
  type ClaimedPartition,
  type ClientWrite,
  foldInto,
  loadBatch,
  type OwnedGenerations,
  type OwnedPartition,
  type ProjectionSettings,
  writesOf,
} from '@rollcall/snapshots';
import { type ProjectorMetrics, Tally } from './metrics.ts';

/** Kafka, as the owner of one partition needs it. Whatever it throws means doubt. */
export interface PartitionLog {
  /** Fences every former owner, ends its open transaction, and gives the right to commit. */
  fence(): Promise<PartitionTransactions>;
  /** The next offset to project: committed, or found in the derived topics where the group's offsets are lost. */
  committed(): Promise<bigint>;
  /** The first offset of `rollcall.events` that is kept. */
  start(): Promise<bigint>;
  /** The clients in `rollcall.state`, in portions. A client ahead of the committed offset is among them: what it has folded already, it
   *  skips; without it the client would be lost, for compaction keeps no older record. */
  states(settings: ProjectionSettings): AsyncIterable<readonly ClientWrite[]>;
  /** The events from one offset up to another, in portions. */
  events(from: bigint, to: bigint): AsyncIterable<readonly LogRecord[]>;
  /** Delivers batches from this offset on. */
  seek(offset: bigint): void;
}

export interface PartitionTransactions {
  /** Takes derived records along with the next commit: all of them, before this returns. */
  add(records: Iterable<NewRecord>): void;
  /** As much was added as is to be kept in memory: it is time to commit. */
  readonly isFull: boolean;
  /** Appends what was added and moves the committed offset to `next`, all or nothing. After a failure neither is known. */
  commit(next: bigint): Promise<void>;
  close(): Promise<void>;
}

export interface OwnerOptions {
  readonly partition: number;
  readonly log: PartitionLog;
  readonly claim: () => Promise<OwnedGenerations>;
  /** Records of what the events of a batch changed; what became of them is counted. */
  readonly changeRecords: (batch: FoldingBatch<LogRecord>, tally: Tally) => Iterable<NewRecord>;
  /** Records of all that is remembered of clients. */
  readonly stateRecords: (clients: Iterable<ClientState>) => Iterable<NewRecord>;
  readonly metrics: ProjectorMetrics;
  readonly logger: Logger;
  readonly at: FaultPoint;
}

/** What an owner holds between a take-over and the first doubt. */
interface Tenure {
  readonly transactions: PartitionTransactions;
  readonly generations: OwnedGenerations;
  expected: bigint;
  /** Whether anything was projected in it. */
  projected: boolean;
  /** When the last transaction ended and was applied, by `performance.now()`, */
  endedAt: number;
  /** and what became of the events that were folded since. */
  tally: Tally;
}

/** The projector's protocol for one partition.
 *
 *      takeOver: Fence → Claim → ReadCommitted → (Wipe → Restore | CatchUp) → Seek
 *      cycle:    Take → Load → Fold → Stage, and again while it may wait → Commit → Apply
 *      doubt:    any error, any broken chain: the tenure is over; if still assigned, take over again
 *
 *  The order matters. Fencing before claiming: nobody that this owner replaced commits any more. Claiming before reading the committed
 *  offset: whatever is in Redis was committed below it, so a watermark above it means that Redis is not of this log. Committing before
 *  applying: Redis may lag the log, never lead it. The chain, compared by every script, makes whoever was replaced, or Redis itself
 *  rolled back, show.
 *
 *  While a backlog is worked off, one transaction covers many batches: what is folded is staged, and Load finds it there, so that a client which
 *  many events of the backlog are about is written once, to `rollcall.state` as to Redis. A crash before Commit leaves nothing of it.
 *
 *  Where a rebuild has made another generation, each is claimed and made whole alike, and each batch is folded into those beside the active
 *  one (CatchUp) between Commit and Apply: readers who change over never go backwards. */
export class PartitionOwner {
  #tenure: Tenure | undefined;

  constructor(private readonly options: OwnerOptions) {}

  /** The snapshots that readers use. */
  get snapshots(): OwnedPartition | undefined {
    return this.#tenure?.generations.active;
  }

  /** Whether anything was committed and applied since the last take-over. */
  get hasProjected(): boolean {
    return this.#tenure?.projected ?? false;
  }

  /** Throws on doubt: Redis is not as this owner left it. What is staged does not wait for a batch that may never come. */
  async check(): Promise<void> {
    const tenure = this.#tenure;
    if (tenure === undefined) return;
    await tenure.generations.check();
    if (!mayWait(tenure)) await this.settle();
  }

  /** Commits and applies what is staged. Throws on doubt. */
  async settle(): Promise<void> {
    const tenure = this.#tenure;
    if (tenure === undefined || tenure.tally.times.length === 0) return;
    await this.#commit(tenure);
    await this.#apply(tenure);
  }

  async takeOver(): Promise<void> {
    await this.leave();
    const { log, logger, partition, at } = this.options;
    const transactions = await log.fence();
    try {
      await at('after-fence');
      const generations = await this.options.claim();
      await at('after-claim');
      const start = await log.start();
      const committed = await this.#readCommitted(start);
      await at('after-read-committed');
      for (const claimed of generations.claimed) await this.#makeWhole(claimed, start, committed);
      await this.#publish(transactions, generations.active, committed);
      this.#tenure = { transactions, generations, expected: committed, projected: false, endedAt: performance.now(), tally: new Tally() };
      log.seek(committed);
      logger.info({ partition, offset: String(committed) }, 'took the partition over');
    } catch (error) {
      await transactions.close();
      throw error;
    }
  }

  /** Folds one batch, and commits it where it need not wait for more; gives whether there was anything in it that continues. `lag`: how many
   *  records of the log wait behind it. Throws on doubt: the batch may have been committed, and must not be tried again without a take-over. */
  async cycle(fetched: readonly LogRecord[], lag = 0): Promise<boolean> {
    const tenure = this.#tenure;
    if (tenure === undefined) return false;
    const records = this.#take(fetched, tenure.expected);
    const last = records.at(-1);
    if (last === undefined) return false;
    const { transactions, tally } = tenure;
    const { active, beside } = tenure.generations;
    const { changeRecords, at } = this.options;
    const batch = await loadBatch(active, records);
    await at('after-load');
    for (const { timestamp } of records) tally.times.push(timestamp);
    transactions.add(changeRecords(batch, tally));
    active.stage(writesOf(batch, active.settings));
    tenure.expected = last.offset + 1n;
    // Beside a generation that is compared with it, the active one is as new.
    if (lag > 0 && beside.length === 0 && !active.isFull && !transactions.isFull && mayWait(tenure)) {
      await at('after-stage');
      return true;
    }
    await this.#commit(tenure);
    for (const generation of beside) await foldInto(generation, records, tenure.expected);
    await this.#apply(tenure);
    return true;
  }

  /** Ends the tenure: what it held is discarded. */
  async leave(): Promise<void> {
    const tenure = this.#tenure;
    this.#tenure = undefined;
    await tenure?.transactions.close();
  }

  async #commit(tenure: Tenure): Promise<void> {
    const { transactions, generations, expected, tally } = tenure;
    const { stateRecords, metrics, logger, partition, at } = this.options;
    const committed = metrics.transaction.startTimer();
    transactions.add(stateRecords(generations.active.stagedClients()));
    await transactions.commit(expected);
    committed();
    metrics.committed(tally);
    if (tally.refused.length > 0) logger.warn({ partition, count: tally.refused.length }, 'dead letters');
    await at('after-commit');
  }

  async #apply(tenure: Tenure): Promise<void> {
    const { at, metrics } = this.options;
    await tenure.generations.active.apply([], tenure.expected, () => at('between-applies'));
    await at('after-apply');
    metrics.applied(tenure.tally);
    tenure.projected = true;
    tenure.endedAt = performance.now();
    tenure.tally = new Tally();
  }

  /** Only what continues at the expected offset: older records were projected, and after a hole nothing may be. */
  #take(fetched: readonly LogRecord[], expected: bigint): readonly LogRecord[] {
    const records = fetched.filter(({ offset }) => offset >= expected);
    const first = records[0];
    if (first === undefined || first.offset === expected) return records;
    throw new HoleInLog(expected, first.offset);
  }

  /** A log cut above it leaves nothing to read there: reported, and gone on from where the log begins. */
  async #readCommitted(start: bigint): Promise<bigint> {
    const { log, logger, partition } = this.options;
    const committed = await log.committed();
    if (committed >= start) return committed;
    logger.error(
      { partition, committed: String(committed), start: String(start) },
      'events are lost: the log was cut before they were read',
    );
    return start;
  }

  async #makeWhole({ partition: snapshots, watermark }: ClaimedPartition, start: bigint, committed: bigint): Promise<void> {
    if (watermark === undefined || watermark === 'restoring' || watermark > committed || watermark < start) {
      await this.#restore(snapshots, committed);
    } else if (watermark < committed) {
      await this.#catchUp(snapshots, watermark, committed);
    }
  }

  /** Redis has nothing to go on from: from the table in the log. */
  async #restore(snapshots: OwnedPartition, committed: bigint): Promise<void> {
    const { log, logger, metrics, partition, at } = this.options;
    metrics.restores.inc({ partition });
    const began = Date.now();
    logger.warn({ partition, offset: String(committed) }, 'restoring');
    await snapshots.wipe();
    await at('after-wipe');
    let clients = 0;
    for await (const writes of log.states(snapshots.settings)) {
      await snapshots.apply(writes);
      await at('in-restore');
      clients += writes.length;
      logger.debug({ partition, clients }, 'restoring');
    }
    await at('before-watermark');
    await snapshots.apply([], committed);
    const seconds = (Date.now() - began) / 1000;
    logger.info({ partition, clients, seconds, clientsPerSecond: Math.round(clients / Math.max(seconds, 0.001)) }, 'restored');
  }

  /** Redis lags what was committed: fold the difference into Redis only; its changes are in the derived topics already. */
  async #catchUp(snapshots: OwnedPartition, from: bigint, to: bigint): Promise<void> {
    for await (const records of this.options.log.events(from, to)) {
      await foldInto(snapshots, records);
      await this.options.at('in-catch-up');
    }
    await snapshots.apply([], to);
  }

  /** Another generation became the active one: the table in the log becomes its table. Interrupted, it begins again. */
  async #publish(transactions: PartitionTransactions, snapshots: OwnedPartition, committed: bigint): Promise<void> {
    if (!(await snapshots.unpublished())) return;
    const { stateRecords, logger, partition, at } = this.options;
    logger.info({ partition }, 'publishing another generation');
    for await (const clients of snapshots.everyClient()) {
      transactions.add(stateRecords(clients));
      await transactions.commit(committed);
      await at('in-publish');
    }
    await snapshots.published();
  }
}

/** While more of the log waits, whoever asks or subscribes is told something old anyway: where the last record is a minute old, it may be told a
 *  quarter of a minute later still; LONGEST_TRANSACTION at the most, in milliseconds. */
function mayWait({ endedAt, tally }: Tenure): boolean {
  const age = Date.now() - (tally.times.at(-1) ?? 0);
  return performance.now() - endedAt < Math.min(age / 4, LONGEST_TRANSACTION);
}

const LONGEST_TRANSACTION = 10_000;

/** The log was cut above the offset that comes next, or the batch was fetched for somebody else. */
export class HoleInLog extends Error {
  override readonly name = 'HoleInLog';
  readonly retryable = true;
  constructor(expected: bigint, found: bigint) {
    super(`expected offset ${expected}, found ${found}`);
  }
}
