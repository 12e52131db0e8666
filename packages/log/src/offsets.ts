import type { Admin } from 'kafkajs';
import { appendedEnds } from './appended.ts';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { whenReady } from './when-ready.ts';

/** How far a partition reaches. */
export interface Bounds {
  /** The first offset that is kept. */
  readonly start: bigint;
  /** The offset that a committed record will get next. */
  readonly end: bigint;
}

/** What the brokers know of offsets, asked afresh each time. Throws LogUnavailable. */
export class Offsets {
  #admin: Admin;
  #connected: Promise<void> | undefined;

  constructor(private readonly log: LogOptions) {
    this.#admin = createKafka(log).admin();
  }

  /** The group's committed offset of the partition; undefined if it has none. */
  async committed(groupId: string, topic: string, partition: number): Promise<bigint | undefined> {
    return (await this.allCommitted(groupId, topic)).get(partition);
  }

  /** The group's committed offsets, of the partitions that have one. */
  async allCommitted(groupId: string, topic: string): Promise<Map<number, bigint>> {
    const [found] = await this.#ask(() => this.#admin.fetchOffsets({ groupId, topics: [topic] }));
    return byPartition((found?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n));
  }

  /** Throws LogUnavailable. */
  async bounds(topic: string, partition: number): Promise<Bounds> {
    const bounds = (await this.allBounds(topic)).get(partition);
    if (bounds === undefined) throw new LogUnavailable(`find partition ${partition} of ${topic}`, true, undefined);
    return bounds;
  }

  /** The bounds of each partition. */
  async allBounds(topic: string): Promise<Map<number, Bounds>> {
    const found = await this.#ask(() => this.#admin.fetchTopicOffsets(topic));
    return new Map(found.map(({ partition, low, high }) => [partition, { start: BigInt(low), end: BigInt(high) }]));
  }

  /** In each partition, the first committed record of that time (milliseconds since 1970) or later; its end where there is none. */
  async at(topic: string, time: number): Promise<Map<number, bigint>> {
    return byPartition(await this.#ask(() => this.#admin.fetchTopicOffsetsByTimestamp(topic, time)));
  }

  /** In each partition, the offset that the next record will get: past those of transactions that are not committed yet. */
  async appended(topic: string): Promise<Map<number, bigint>> {
    return byPartition(await this.#ask(() => appendedEnds(this.log, topic)));
  }

  async close(): Promise<void> {
    await this.#admin.disconnect().catch(() => {});
  }

  /** kafkajs gives up where another broker leads by now: a new admin looks for the leaders anew. */
  #ask<T>(question: () => Promise<T>): Promise<T> {
    return whenReady(async () => {
      try {
        this.#connected ??= this.#admin.connect();
        await this.#connected;
        return await question();
      } catch (cause) {
        await this.close();
        this.#admin = createKafka(this.log).admin();
        this.#connected = undefined;
        throw new LogUnavailable(`ask Kafka at ${this.log.brokers.join(', ')} for offsets`, true, cause);
      }
    });
  }
}

function byPartition(found: readonly { readonly partition: number; readonly offset: string }[]): Map<number, bigint> {
  return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
