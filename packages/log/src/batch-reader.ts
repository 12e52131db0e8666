import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { BatchQueue, type StreamedBatch } from './batch-queue.ts';
import { METADATA_MAX_AGE } from './cluster.ts';
import { FETCH_BYTES } from './compression.ts';
import { LogCut, LogUnavailable, PositionUnknown } from './errors.ts';
import { groupOfOne } from './group-of-one.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { toLogRecord } from './record.ts';

/** How long a group waits for a member that fell silent before others get its partitions, in milliseconds. */
const SESSION_TIMEOUT = 10_000;
const HEARTBEAT = 2_000;

/** A consumer group whose members share the partitions. */
export interface SharedGroup {
  readonly id: string;
  /** Where to read these partitions from, which are this member's from now on. Rejects with what ends the reading. */
  readonly assigned: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
  /** Told when partitions are about to change hands: the last moment to commit. */
  readonly rebalancing: () => void;
}

export interface BatchReaderOptions {
  readonly topic: string;
  /** The next offset of each partition that is read. Kept up with what is given out. */
  readonly positions: Map<number, bigint>;
  /** Default: a private group, which reads the partitions of `positions` and commits nothing. */
  readonly group?: SharedGroup | undefined;
  readonly signal: AbortSignal;
}

/** Reads committed records over one consumer until that fails. What is given out follows without a gap or a repetition, whatever the
 *  Kafka client does inside: after each join it is told anew where to read from, and any batch from elsewhere ends the reading. */
export class BatchReader {
  readonly #consumer: Consumer;
  readonly #queue = new BatchQueue();
  readonly #joined = Promise.withResolvers<void>();
  /** Where the next batch of each partition must have been fetched. */
  readonly #expected = new Map<number, bigint>();
  #joins = 0;

  constructor(
    private readonly log: LogOptions,
    private readonly options: BatchReaderOptions,
  ) {
    const { topic, positions, group } = options;
    this.#consumer = createKafka(log).consumer({
      groupId: group?.id ?? `${log.clientId}-${randomUUID()}`,
      readUncommitted: false,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: FETCH_BYTES,
      sessionTimeout: SESSION_TIMEOUT,
      heartbeatInterval: HEARTBEAT,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE,
      // Left to itself, it would start anew from wherever the group begins.
      retry: { retries: log.retries, restartOnFailure: async () => false },
      ...(group === undefined && { partitionAssigners: [groupOfOne(topic, [...positions.keys()])] }),
    });
    this.#joined.promise.catch(() => {});
  }

  /** Resolves when it reads, or when `signal` aborts. Throws LogUnavailable, and what `group.assigned` throws. */
  async open(): Promise<void> {
    const { signal } = this.options;
    if (signal.aborted) return this.#stop();
    signal.addEventListener('abort', this.#stop);
    this.#join().catch(this.#fail);
    await this.#joined.promise;
  }

  /** Ends when `signal` aborts. Throws LogUnavailable, and what `group.assigned` throws. */
  async *batches(): AsyncGenerator<StreamedBatch, void, undefined> {
    const { positions } = this.options;
    for (;;) {
      const batch = await this.#queue.take(({ partition, next }) => positions.set(partition, next));
      if (batch === undefined) return;
      yield batch;
    }
  }

  /** Commits the next offset of these partitions for the group. */
  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const { topic } = this.options;
    await this.#consumer.commitOffsets([...offsets].map(([partition, offset]) => ({ topic, partition, offset: offset.toString() })));
  }

  async close(): Promise<void> {
    this.#stop();
    this.options.signal.removeEventListener('abort', this.#stop);
    await this.#consumer.disconnect().catch(() => {});
  }

  async #join(): Promise<void> {
    const { topic, group } = this.options;
    const consumer = this.#consumer;
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#fail(payload.error));
    // Emitted before the first fetch, and not awaited.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#assigned(payload.memberAssignment[topic] ?? []));
    if (group !== undefined) consumer.on(consumer.events.REBALANCING, group.rebalancing);
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, batchSize, firstOffset, lastOffset } }) => {
      if (batchSize === 0) this.#passed(partition, firstOffset ?? lastOffset, lastOffset);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#eachBatch(payload) });
  }

  #assigned(partitions: readonly number[]): void {
    const { topic, positions, group } = this.options;
    const join = ++this.#joins;
    this.#queue.clear();
    this.#expected.clear();
    for (const partition of positions.keys()) if (!partitions.includes(partition)) positions.delete(partition);
    const mine = [{ topic, partitions: [...partitions] }];
    if (partitions.length > 0) this.#consumer.pause(mine);
    const begin = (starts: ReadonlyMap<number, bigint>) => {
      if (join !== this.#joins) return;
      for (const [partition, offset] of starts) {
        positions.set(partition, offset);
        this.#expected.set(partition, offset);
        this.#consumer.seek({ topic, partition, offset: offset.toString() });
      }
      if (partitions.length > 0) this.#consumer.resume(mine);
      this.#joined.resolve();
    };
    const starts = group === undefined ? Promise.resolve(positions) : group.assigned(partitions);
    starts.then(begin).catch(this.#fail);
  }

  async #eachBatch({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    const { partition, messages } = batch;
    const { fetchedOffset } = batch as typeof batch & { readonly fetchedOffset: string };
    const expected = this.#expected.get(partition);
    // Of before the last join.
    if (expected === undefined) return;
    if (BigInt(fetchedOffset) !== expected) return this.#fail(wentElsewhere(partition, expected, fetchedOffset));
    const next = BigInt(batch.lastOffset()) + 1n;
    this.#expected.set(partition, next);
    const records = messages.map((message) => toLogRecord(partition, message));
    await this.#queue.add({ partition, records, next }, heartbeat);
  }

  /** A batch of control records only never reaches eachBatch, but moves the offset. Where it was fetched is not known. */
  #passed(partition: number, first: string, last: string): void {
    const expected = this.#expected.get(partition);
    if (expected === undefined) return;
    const next = BigInt(last) + 1n;
    this.#expected.set(partition, next);
    if (BigInt(first) < expected) this.#fail(wentElsewhere(partition, expected, first));
    else this.#queue.put({ partition, records: [], next, ...(BigInt(first) > expected && { gap: expected }) });
  }

  readonly #fail = (error: unknown): void => {
    const { topic } = this.options;
    const isFinal = error instanceof LogCut || error instanceof PositionUnknown || error instanceof LogUnavailable;
    const failure = isFinal ? error : new LogUnavailable(`read ${topic} at ${this.log.brokers.join(', ')}`, true, error);
    this.#joined.reject(failure);
    this.#queue.fail(failure);
  };

  readonly #stop = (): void => {
    this.#joined.resolve();
    this.#queue.close();
  };
}

function wentElsewhere(partition: number, expected: bigint, found: string): Error {
  return new Error(`partition ${partition} went on at ${found} instead of ${expected}`);
}
