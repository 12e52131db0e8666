import { LogUnavailable } from './errors.ts';
import type { LogOptions } from './options.ts';
import { Outbox, type PartitionRecords } from './outbox.ts';
import { Producer, whenTransactionEnded } from './producer.ts';
import type { NewRecord } from './record.ts';

/** How long a transaction may stay open before the broker aborts it: time for MOST_BYTES to a slow broker, and how long a reader of committed
 *  records may wait for a dead owner that nobody succeeds. */
const TRANSACTION_TIMEOUT = 30_000;

/** Compressed, of one transaction: some 50,000 changes, mostly. Events that do not compress must not fill the memory. */
const MOST_BYTES = 8 * 1_048_576;

/** Where a group has read to: `next` is the offset of the record that it reads next. */
export interface GroupOffset {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: bigint;
}

/** A transactional producer of one input partition: at most one of a transactional id is not fenced. */
export class Transactor {
  readonly #outbox = new Outbox();

  private constructor(
    private readonly producer: Producer,
    private readonly transactionalId: string,
  ) {}

  /** Fences every former producer of this id, and ends its open transaction. Throws LogUnavailable. */
  static async fence(log: LogOptions, transactionalId: string): Promise<Transactor> {
    try {
      const producer = await Producer.open({ ...log, clientId: transactionalId }, { transactionalId, timeout: TRANSACTION_TIMEOUT });
      return new Transactor(producer, transactionalId);
    } catch (cause) {
      throw new LogUnavailable(`fence ${transactionalId}`, true, cause);
    }
  }

  /** Takes records along with the next commit: all of them, before this returns. */
  add(records: Iterable<NewRecord>): void {
    this.#outbox.add(records);
  }

  /** As much was added as is to be kept in memory: it is time to commit. */
  get isFull(): boolean {
    return this.#outbox.bytes >= MOST_BYTES;
  }

  /** Appends what was added, and moves the group's offset of the input partition to `next`, all or nothing. Throws LogUnavailable: it is then
   *  unknown whether that happened, and this producer must not be used again. `beforeEnd` runs when all is written and nothing is committed. */
  async commit(offset: GroupOffset, beforeEnd: () => Promise<void> = async () => {}): Promise<void> {
    const rounds = this.#outbox.take();
    try {
      await this.#addPartitions(rounds.flat());
      for (const round of rounds) await this.producer.send(round, this.transactionalId);
      await this.#sendOffset(offset);
      await beforeEnd();
      await this.#end();
    } catch (cause) {
      throw new LogUnavailable(`commit a transaction of ${this.transactionalId}`, true, cause);
    }
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  async #addPartitions(batches: readonly PartitionRecords[]): Promise<void> {
    if (batches.length === 0) return;
    const topics = [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: [...new Set(ofTopic.map(({ partition }) => partition))],
    }));
    const coordinator = await this.#coordinator();
    await whenTransactionEnded(() => coordinator.addPartitionsToTxn({ ...this.#identity, topics }));
  }

  async #sendOffset({ groupId, topic, partition, next }: GroupOffset): Promise<void> {
    const coordinator = await this.#coordinator();
    await whenTransactionEnded(() => coordinator.addOffsetsToTxn({ ...this.#identity, groupId }));
    const group = await this.producer.coordinators.find('group', groupId);
    const topics = [{ topic, partitions: [{ partition, offset: next.toString() }] }];
    await group.txnOffsetCommit({ ...this.#identity, groupId, topics });
  }

  async #end(): Promise<void> {
    const coordinator = await this.#coordinator();
    await coordinator.endTxn({ ...this.#identity, transactionResult: true });
  }

  #coordinator() {
    return this.producer.coordinators.find('transaction', this.transactionalId);
  }

  get #identity() {
    return { ...this.producer.identity, transactionalId: this.transactionalId };
  }
}
