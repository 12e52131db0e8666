import { randomUUID } from 'node:crypto';
import { AssignerProtocol, type Consumer, type PartitionAssigner } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { type LogRecord, toLogRecord } from './record.ts';

/** Batches read ahead of whoever iterates, at the most. */
const READ_AHEAD = 8;

export interface StreamOptions {
  readonly topic: string;
  /** Only this partition; default: all of them. */
  readonly partition?: number;
  readonly from: 'latest' | 'earliest' | bigint;
  readonly signal: AbortSignal;
}

/** Batches as they are read, and how far reading has come: offsets of control records included. */
export interface StreamedBatch {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly next: bigint;
}

/** Reads committed records without a consumer group of its own making: a private group that never commits.
 *  Ends when `signal` aborts. Throws LogUnavailable. */
export async function* streamBatches(log: LogOptions, { topic, partition, from, signal }: StreamOptions): AsyncIterable<StreamedBatch> {
  const consumer = createKafka(log).consumer({
    groupId: `${log.clientId}-${randomUUID()}`,
    readUncommitted: false,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    retry: { retries: log.retries },
    ...(partition !== undefined && { partitionAssigners: [onePartition(topic, partition)] }),
  });
  const queue = new BatchQueue(consumer, signal);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: from !== 'latest' });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        const records = batch.messages.map((message) => toLogRecord(batch.partition, message));
        await queue.add({ partition: batch.partition, records, next: BigInt(batch.lastOffset()) + 1n }, heartbeat);
      },
    });
    if (typeof from === 'bigint' && partition !== undefined) consumer.seek({ topic, partition, offset: from.toString() });
    yield* queue.batches();
  } catch (error) {
    throw new LogUnavailable(`read ${topic} at ${log.brokers.join(', ')}`, true, error);
  } finally {
    queue.close();
    await consumer.disconnect().catch(() => {});
  }
}

class BatchQueue {
  readonly #waiting: StreamedBatch[] = [];
  #failure: unknown;
  #closed = false;
  #wake = () => {};
  readonly #onAbort = () => this.#wake();

  constructor(
    consumer: Consumer,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.#onAbort);
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#failure = payload.error;
      this.#wake();
    });
    // A batch of control records only never reaches eachBatch, but moves the offset.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      this.#waiting.push({ partition: payload.partition, records: [], next: BigInt(payload.lastOffset) + 1n });
      this.#wake();
    });
  }

  async add(batch: StreamedBatch, heartbeat: () => Promise<void>): Promise<void> {
    this.#waiting.push(batch);
    this.#wake();
    while (this.#waiting.length > READ_AHEAD && !this.#closed && !this.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await heartbeat();
    }
  }

  async *batches(): AsyncIterable<StreamedBatch> {
    while (!this.signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure;
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#closed = true;
    this.signal.removeEventListener('abort', this.#onAbort);
  }
}

/** kafkajs can only subscribe: a group of one whose assigner gives it one partition is how it reads just that. */
function onePartition(topic: string, partition: number): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  return () => ({
    name: 'one-partition',
    version: 0,
    assign: async ({ members }) =>
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version: 0, assignment: { [topic]: [partition] }, userData: Buffer.alloc(0) }),
      })),
    protocol: ({ topics }) => ({
      name: 'one-partition',
      metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
    }),
  });
}
