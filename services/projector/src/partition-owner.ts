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
  states(): AsyncIterable<readonly ClientWrite[]>;
  /** The events from one offset up to another, in portions. */
  events(from: bigint, to: bigint): AsyncIterable<readonly LogRecord[]>;
  /** Delivers batches from this offset on. */
  seek(offset: bigint): void;
}

export interface PartitionTransactions {
  /** Appends the derived records, which are all taken before this returns, and moves the committed offset to `next`, all or nothing. After a
   *  failure neither is known. */
  commit(records: Iterable<NewRecord>, next: bigint): Promise<void>;
  close(): Promise<void>;
}

export interface OwnerOptions {
  readonly partition: number;
  readonly log: PartitionLog;
  readonly claim: () => Promise<OwnedGenerations>;
  readonly settings: ProjectionSettings;
  readonly derive: (batch: FoldingBatch<LogRecord>, tally: Tally) => Iterable<NewRecord>;
  readonly publish: (clients: readonly ClientState[]) => NewRecord[];
  readonly metrics: ProjectorMetrics;
  readonly logger: Logger;
  readonly at: FaultPoint;
}

/** What an owner holds between a take-over and the first doubt. */
interface Tenure {
  readonly transactions: PartitionTransactions;
  readonly generations: OwnedGenerations;
  expected: bigint;
  /** When Redis was as far as the log, by `performance.now()`, */
  appliedAt: number;
  /** and log times of the records that were committed since, in milliseconds since 1970. */
  unapplied: number[];
}

/** The projector's protocol for one partition.
 *
 *      takeOver: Fence → Claim → ReadCommitted → (Wipe → Restore | CatchUp) → Seek
 *      cycle:    Take → Load → Fold → Commit → Stage → Apply
 *      doubt:    any error, any broken chain: the tenure is over; if still assigned, take over again
 *
 *  The order matters. Fencing before claiming: nobody that this owner replaced commits any more. Claiming before reading the committed
 *  offset: whatever is in Redis was committed below it, so a watermark above it means that Redis is not of this log. Committing before
 *  applying: Redis may lag the log, never lead it. The chain, compared by every script, makes whoever was replaced, or Redis itself
 *  rolled back, show.
 *
 *  Apply may be left to a later cycle while a backlog is worked off: what was committed is staged, and Load finds it there, so that a client
 *  which many events of the backlog are about is written once. A crash leaves Redis behind the log, as one between Commit and Apply does.
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

  /** Throws on doubt: Redis is not as this owner left it. What is staged does not wait for a batch that may never come. */
  async check(): Promise<void> {
    const tenure = this.#tenure;
    if (tenure === undefined) return;
    await tenure.generations.check();
    if (!mayBeBehind(tenure)) await this.settle();
  }

  /** Redis becomes as new as the log. Throws on doubt. */
  async settle(): Promise<void> {
    const tenure = this.#tenure;
    if (tenure !== undefined && tenure.unapplied.length > 0) await this.#apply(tenure);
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
      this.#tenure = { transactions, generations, expected: committed, appliedAt: performance.now(), unapplied: [] };
      log.seek(committed);
      logger.info({ partition, offset: String(committed) }, 'took the partition over');
    } catch (error) {
      await transactions.close();
      throw error;
    }
  }

  /** Projects one batch. `lag`: how many records of the log wait behind it. Throws on doubt: the batch may have been committed, and must not be
   *  tried again without a take-over. */
  async cycle(fetched: readonly LogRecord[], lag = 0): Promise<Tally | undefined> {
    const tenure = this.#tenure;
    if (tenure === undefined) return undefined;
    const records = this.#take(fetched, tenure.expected);
    const last = records.at(-1);
    if (last === undefined) return undefined;
    const next = last.offset + 1n;
    const { active, beside } = tenure.generations;
    const { settings, derive, metrics, at } = this.options;
    const batch = await loadBatch(active, records, settings);
    await at('after-load');
    const tally = new Tally(records.length);
    const committed = metrics.transaction.startTimer();
    await tenure.transactions.commit(derive(batch, tally), next);
    committed();
    await at('after-commit');
    tenure.expected = next;
    for (const generation of beside) await foldInto(generation, records, settings, next);
    active.stage(writesOf(batch, settings));
    for (const { timestamp } of records) tenure.unapplied.push(timestamp);
    // Beside a generation that is compared with it, the active one is as new.
    const waits = lag > 0 && beside.length === 0 && !active.isFull && mayBeBehind(tenure);
    await (waits ? at('after-stage') : this.#apply(tenure));
    return tally;
  }

  /** Ends the tenure: what it held is discarded. */
  async leave(): Promise<void> {
    const tenure = this.#tenure;
    this.#tenure = undefined;
    await tenure?.transactions.close();
  }

  async #apply(tenure: Tenure): Promise<void> {
    const { at, metrics } = this.options;
    await tenure.generations.active.apply([], tenure.expected, () => at('between-applies'));
    await at('after-apply');
    metrics.applied(tenure.unapplied);
    tenure.appliedAt = performance.now();
    tenure.unapplied = [];
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
    for await (const writes of log.states()) {
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
      await foldInto(snapshots, records, this.options.settings);
      await this.options.at('in-catch-up');
    }
    await snapshots.apply([], to);
  }

  /** Another generation became the active one: the table in the log becomes its table. Interrupted, it begins again. */
  async #publish(transactions: PartitionTransactions, snapshots: OwnedPartition, committed: bigint): Promise<void> {
    if (!(await snapshots.unpublished())) return;
    const { publish, logger, partition, at } = this.options;
    logger.info({ partition }, 'publishing another generation');
    for await (const clients of snapshots.everyClient()) {
      await transactions.commit(publish(clients), committed);
      await at('in-publish');
    }
    await snapshots.published();
  }
}

/** While more of the log waits, whoever asks Redis is told something old anyway: where the last record is a minute old, Redis may be a quarter of
 *  a minute older still. */
function mayBeBehind({ appliedAt, unapplied }: Tenure): boolean {
  const age = Date.now() - (unapplied.at(-1) ?? 0);
  return performance.now() - appliedAt < Math.min(age / 4, LONGEST_BEHIND);
}

const LONGEST_BEHIND = 10_000;

/** The log was cut above the offset that comes next, or the batch was fetched for somebody else. */
export class HoleInLog extends Error {
  override readonly name = 'HoleInLog';
  readonly retryable = true;
  constructor(expected: bigint, found: bigint) {
    super(`expected offset ${expected}, found ${found}`);
  }
}
