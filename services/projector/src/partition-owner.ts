import { clientsOf, type FoldedBatch, type FoldSettings, foldBatch, type ReadRecord, readRecord } from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import type { FaultPoint, Logger } from '@rollcall/service';
import type { ClientWrite, OwnedPartition, Watermark } from '@rollcall/snapshots';
import type { ProjectorMetrics } from './metrics.ts';

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
  /** Appends the derived records and moves the committed offset to `next`, all or nothing. After a failure neither is known. */
  commit(records: readonly NewRecord[], next: bigint): Promise<void>;
  close(): Promise<void>;
}

export interface OwnerOptions {
  readonly partition: number;
  readonly log: PartitionLog;
  readonly claim: () => Promise<{ partition: OwnedPartition; watermark: Watermark }>;
  readonly settings: FoldSettings;
  readonly offlineGrace: number;
  readonly derive: (folded: FoldedBatch<LogRecord>) => NewRecord[];
  readonly metrics: ProjectorMetrics;
  readonly logger: Logger;
  readonly at: FaultPoint;
}

/** What an owner holds between a take-over and the first doubt. */
interface Tenure {
  readonly transactions: PartitionTransactions;
  readonly snapshots: OwnedPartition;
  expected: bigint;
}

/** The projector's protocol for one partition.
 *
 *      takeOver: Fence → Claim → ReadCommitted → (Wipe → Restore | CatchUp) → Seek
 *      cycle:    Take → Load → Fold → Commit → Apply
 *      doubt:    any error, any broken chain: the tenure is over; if still assigned, take over again
 *
 *  The order matters. Fencing before claiming: nobody that this owner replaced commits any more. Claiming before reading the committed
 *  offset: whatever is in Redis was committed below it, so a watermark above it means that Redis is not of this log. Committing before
 *  applying: Redis may lag the log, never lead it. The chain, compared by every script, makes whoever was replaced, or Redis itself
 *  rolled back, show. */
export class PartitionOwner {
  #tenure: Tenure | undefined;

  constructor(private readonly options: OwnerOptions) {}

  get snapshots(): OwnedPartition | undefined {
    return this.#tenure?.snapshots;
  }

  async takeOver(): Promise<void> {
    await this.leave();
    const { log, logger, partition, at } = this.options;
    const transactions = await log.fence();
    try {
      await at('after-fence');
      const { partition: snapshots, watermark } = await this.options.claim();
      await at('after-claim');
      const start = await log.start();
      const committed = await this.#readCommitted(start);
      await at('after-read-committed');
      if (watermark === undefined || watermark === 'restoring' || watermark > committed || watermark < start) {
        await this.#restore(snapshots, committed);
      } else if (watermark < committed) {
        await this.#catchUp(snapshots, watermark, committed);
      }
      this.#tenure = { transactions, snapshots, expected: committed };
      log.seek(committed);
      logger.info({ partition, offset: String(committed) }, 'took the partition over');
    } catch (error) {
      await transactions.close();
      throw error;
    }
  }

  /** Projects one batch. Throws on doubt: the batch may have been committed, and must not be tried again without a take-over. */
  async cycle(batch: readonly LogRecord[]): Promise<FoldedBatch<LogRecord> | undefined> {
    const tenure = this.#tenure;
    if (tenure === undefined) return undefined;
    const records = this.#take(batch, tenure.expected);
    const last = records.at(-1);
    if (last === undefined) return undefined;
    const next = last.offset + 1n;
    const folded = await this.#loadAndFold(tenure.snapshots, records.map(readRecord));
    await this.options.at('after-load');
    const committed = this.options.metrics.transaction.startTimer();
    await tenure.transactions.commit(this.options.derive(folded), next);
    committed();
    await this.options.at('after-commit');
    tenure.expected = next;
    await tenure.snapshots.apply(this.#writes(folded), next);
    await this.options.at('after-apply');
    return folded;
  }

  /** Ends the tenure: what it held is discarded. */
  async leave(): Promise<void> {
    const tenure = this.#tenure;
    this.#tenure = undefined;
    await tenure?.transactions.close();
  }

  /** Only what continues at the expected offset: older records were projected, and after a hole nothing may be. */
  #take(batch: readonly LogRecord[], expected: bigint): readonly LogRecord[] {
    const records = batch.filter(({ offset }) => offset >= expected);
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

  async #loadAndFold(snapshots: OwnedPartition, records: readonly ReadRecord<LogRecord>[]): Promise<FoldedBatch<LogRecord>> {
    const ids = clientsOf(records);
    const clients = await snapshots.load([...ids.values()]);
    const loaded = new Map([...ids.keys()].map((key, at) => [key, clients[at]] as const));
    return foldBatch(records, loaded, this.options.settings);
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
      const folded = await this.#loadAndFold(snapshots, records.map(readRecord));
      await snapshots.apply(this.#writes(folded));
      await this.options.at('in-catch-up');
    }
    await snapshots.apply([], to);
  }

  #writes({ clients }: FoldedBatch): ClientWrite[] {
    const { offlineGrace } = this.options;
    return [...clients.values()].map(({ client, pending }) => ({
      client,
      due: pending && { at: pending.since + offlineGrace, moved: pending.moved },
    }));
  }
}

/** The log was cut above the offset that comes next, or the batch was fetched for somebody else. */
export class HoleInLog extends Error {
  override readonly name = 'HoleInLog';
  readonly retryable = true;
  constructor(expected: bigint, found: bigint) {
    super(`expected offset ${expected}, found ${found}`);
  }
}
