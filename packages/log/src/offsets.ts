import type { Admin } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';

/** From `start` up to, but not including, `end`. */
export interface OffsetRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** What the brokers know of offsets, asked afresh each time. Throws LogUnavailable. */
export class Offsets {
  readonly #admin: Admin;
  #connected: Promise<void> | undefined;

  constructor(log: LogOptions) {
    this.#admin = createKafka(log).admin();
  }

  /** The group's committed offset of the partition; undefined if it has none. */
  async committed(groupId: string, topic: string, partition: number): Promise<bigint | undefined> {
    return (await this.committedByPartition(groupId, topic)).get(partition);
  }

  /** The group's committed offsets; without the partitions of which it has none. */
  async committedByPartition(groupId: string, topic: string): Promise<Map<number, bigint>> {
    const [found] = await this.#ask(() => this.#admin.fetchOffsets({ groupId, topics: [topic] }));
    const offsets = (found?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)] as const);
    return new Map(offsets.filter(([, offset]) => offset >= 0n));
  }

  /** The first offset that is kept, and the one that a committed record will get next. */
  async bounds(topic: string, partition: number): Promise<OffsetRange> {
    const bounds = (await this.boundsByPartition(topic)).get(partition);
    if (bounds === undefined) throw new LogUnavailable(`find partition ${partition} of ${topic}`, true, undefined);
    return bounds;
  }

  /** The bounds of every partition, in the order of their numbers. */
  async boundsByPartition(topic: string): Promise<Map<number, OffsetRange>> {
    const found = await this.#ask(() => this.#admin.fetchTopicOffsets(topic));
    const bounds = found.map(({ partition, low, high }) => [partition, { start: BigInt(low), end: BigInt(high) }] as const);
    return new Map(bounds.sort(([a], [b]) => a - b));
  }

  /** Of every partition the offset of the first record at or after a time, in milliseconds since 1970; its end where there is none. */
  async atTime(topic: string, time: number): Promise<Map<number, bigint>> {
    const found = await this.#ask(() => this.#admin.fetchTopicOffsetsByTimestamp(topic, time));
    return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }

  async close(): Promise<void> {
    await this.#admin.disconnect().catch(() => {});
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      this.#connected ??= this.#admin.connect();
      await this.#connected;
      return await question();
    } catch (cause) {
      this.#connected = undefined;
      throw new LogUnavailable('ask Kafka for offsets', true, cause);
    }
  }
}
