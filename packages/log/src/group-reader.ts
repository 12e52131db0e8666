import type { Consumer } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { type LogRecord, toLogRecord } from './record.ts';

/** Records of one partition, in order, without a hole but what the log itself lacks. */
export interface RecordBatch {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** The offset to go on from when all of them are done. */
  readonly next: bigint;
}

export interface GroupOptions {
  readonly groupId: string;
  readonly topic: string;
  /** How many partitions may be in `onBatch` at once. */
  readonly concurrency: number;
  /** Called for one batch of a partition at a time. Its offset is committed when the promise resolves; it must not reject for what
   *  time may mend. */
  readonly onBatch: (batch: RecordBatch, isAssigned: () => boolean) => Promise<void>;
}

/** Reads a topic as a member of a consumer group, from the earliest record where the group has no offset yet. */
export class GroupReader {
  readonly #consumer: Consumer;
  #assigned: readonly number[] = [];

  constructor(
    log: LogOptions,
    private readonly options: GroupOptions,
  ) {
    this.#consumer = createKafka(log).consumer({
      groupId: options.groupId,
      maxWaitTimeInMs: 250,
      sessionTimeout: 30_000,
      allowAutoTopicCreation: false,
    });
  }

  /** Resolves when reading has begun; `crashed` is told of what the client gave up on. */
  async start(crashed: (error: unknown) => void): Promise<void> {
    const { topic, concurrency, onBatch } = this.options;
    this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) crashed(payload.error);
    });
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#assigned = payload.memberAssignment[topic] ?? [];
    });
    try {
      await this.#consumer.connect();
      // A log cut below the committed offset must not be skipped: kafkajs would otherwise commit the end over it.
      await this.#consumer.subscribe({ topics: [topic], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
          const { partition, messages } = batch;
          const last = messages.at(-1);
          if (last === undefined || isStale()) return;
          const next = BigInt(last.offset) + 1n;
          const beat = setInterval(() => void heartbeat().catch(() => {}), 3_000);
          try {
            const records = messages.map((message) => toLogRecord(partition, message));
            await onBatch({ partition, records, next }, () => isRunning() && !isStale());
          } finally {
            clearInterval(beat);
          }
          resolveOffset(last.offset);
          await this.#consumer.commitOffsets([{ topic, partition, offset: next.toString() }]);
        },
      });
    } catch (error) {
      throw new LogUnavailable(`read ${topic}`, true, error);
    }
  }

  /** The partitions that this member reads, as of the last time it joined the group. */
  assigned(): readonly number[] {
    return this.#assigned;
  }

  /** Finishes the batches in hand, leaves the group. */
  async close(): Promise<void> {
    await this.#consumer.disconnect();
  }
}
