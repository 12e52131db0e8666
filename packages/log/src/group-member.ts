import type { Consumer, EachBatchPayload } from 'kafkajs';
import { METADATA_MAX_AGE } from './cluster.ts';
import { PROJECTOR_FETCH_BYTES } from './compression.ts';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { type LogRecord, toLogRecord } from './record.ts';

/** Records of one partition, in log order. */
export interface RecordBatch {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Records that the log held beyond this batch when it was fetched. */
  readonly lag: number;
}

export interface MemberOptions {
  readonly groupId: string;
  readonly topic: string;
  /** How many partitions may be in `onBatch` at once. */
  readonly concurrency: number;
  /** Told of each assignment, at once. Nothing is read of a partition that is new in it until `readFrom`. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** Called for one batch of a partition at a time. Must not reject. */
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
}

/** How long the group waits for a member that fell silent before others get its partitions, in milliseconds. */
const SESSION_TIMEOUT = 10_000;
/** How long who joins the group waits at the most for this member to hear of it, in milliseconds. */
const HEARTBEAT = 500;

/** A member of a consumer group that commits nothing by itself: it learns which partitions are its own, and reads each from where it is
 *  told to. */
export class GroupMember {
  readonly #consumer: Consumer;
  #assigned: readonly number[] = [];

  constructor(
    log: LogOptions,
    private readonly options: MemberOptions,
  ) {
    this.#consumer = createKafka(log).consumer({
      groupId: options.groupId,
      // An event ends the wait, but not a partition that is read from now on.
      maxWaitTimeInMs: 500,
      maxBytesPerPartition: PROJECTOR_FETCH_BYTES,
      sessionTimeout: SESSION_TIMEOUT,
      heartbeatInterval: HEARTBEAT,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE,
    });
  }

  /** Resolves when this process is a member. `crashed` is told of what the client gave up on. Throws LogUnavailable. */
  async join(crashed: (error: unknown) => void): Promise<void> {
    const { topic, concurrency } = this.options;
    this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
      // It starts anew, as another member, and forgets what was paused: what was assigned is no longer.
      this.#assigned = [];
      if (payload.restart) this.options.onAssigned([]);
      else crashed(payload.error);
    });
    // Emitted before the first fetch, and not awaited: pause here and now.
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, ({ payload }) => {
      const assigned = payload.memberAssignment[topic] ?? [];
      const fresh = assigned.filter((partition) => !this.#assigned.includes(partition));
      this.#assigned = assigned;
      if (fresh.length > 0) this.#consumer.pause([{ topic, partitions: fresh }]);
      this.options.onAssigned(assigned);
    });
    try {
      await this.#consumer.connect();
      // A log cut below the committed offset must not be skipped: kafkajs would otherwise commit the end over it.
      await this.#consumer.subscribe({ topics: [topic], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
    } catch (error) {
      throw new LogUnavailable(`join the consumer group ${this.options.groupId}`, true, error);
    }
  }

  isAssigned(partition: number): boolean {
    return this.#assigned.includes(partition);
  }

  /** Reads the partition from this offset on. Ignored for a partition that is not assigned. */
  readFrom(partition: number, offset: bigint): void {
    if (!this.isAssigned(partition)) return;
    const { topic } = this.options;
    this.#consumer.seek({ topic, partition, offset: offset.toString() });
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  /** Reads nothing more of the partition until `readFrom`. */
  pause(partition: number): void {
    if (!this.isAssigned(partition)) return;
    try {
      this.#consumer.pause([{ topic: this.options.topic, partitions: [partition] }]);
    } catch {
      // The client is about to start anew: it reads nothing.
    }
  }

  /** Finishes the batches in hand, leaves the group. */
  async leave(): Promise<void> {
    await this.#consumer.disconnect();
  }

  async #eachBatch({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    const { partition, messages } = batch;
    const last = messages.at(-1);
    if (last === undefined || isStale()) return;
    const beat = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT);
    try {
      const records = messages.map((message) => toLogRecord(partition, message));
      await this.options.onBatch({ partition, records, lag: Number(batch.offsetLag()) });
    } finally {
      clearInterval(beat);
    }
    if (!isStale()) resolveOffset(last.offset);
  }
}
