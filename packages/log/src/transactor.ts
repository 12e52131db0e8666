import type { Producer, Transaction } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import type { NewRecord } from './record.ts';

/** How long a transaction may stay open before the broker aborts it: time for MOST_BYTES to a slow broker, and how long a reader of committed
 *  records may wait for a dead owner that nobody succeeds. */
const TRANSACTION_TIMEOUT = 30_000;

/** Compressed, of one transaction: some 50,000 changes, mostly. Events that do not compress must not fill the memory. */
const MOST_BYTES = 8 * 1_048_576;

/** A transactional producer of one input partition: at most one of a transactional id is not fenced. */
export class Transactor {
  readonly #outbox = new Outbox();

  private constructor(
    private readonly producer: Producer,
    private readonly transactionalId: string,
  ) {}

  /** Fences every former producer of this id, and ends its open transaction. Throws LogUnavailable. */
  static async fence(log: LogOptions, transactionalId: string): Promise<Transactor> {
    // A new transaction just after a commit is answered CONCURRENT_TRANSACTIONS: the first wait must be short.
    const producer = createKafka({ ...log, clientId: transactionalId }).producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 5, maxRetryTime: 500, retries: 12 },
    });
    try {
      await producer.connect();
      // kafkajs asks for its epoch with the first transaction, not when it connects. An empty abort sends nothing.
      await (await producer.transaction()).abort();
      return new Transactor(producer, transactionalId);
    } catch (cause) {
      await producer.disconnect().catch(() => {});
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
  async commit(
    {
      groupId,
      topic,
      partition,
      next,
    }: { readonly groupId: string; readonly topic: string; readonly partition: number; readonly next: bigint },
    beforeEnd: () => Promise<void> = async () => {},
  ): Promise<void> {
    const requests = this.#outbox.take();
    try {
      const transaction: Transaction = await this.producer.transaction();
      for (const request of requests) await transaction.sendBatch(request);
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic, partitions: [{ partition, offset: next.toString() }] }],
      });
      await beforeEnd();
      await transaction.commit();
    } catch (cause) {
      throw new LogUnavailable(`commit a transaction of ${this.transactionalId}`, true, cause);
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect().catch(() => {});
  }
}
