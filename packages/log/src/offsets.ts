import type { Admin } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';

/** What the brokers know of offsets, asked afresh each time. Throws LogUnavailable. */
export class Offsets {
  readonly #admin: Admin;
  #connected: Promise<void> | undefined;

  constructor(log: LogOptions) {
    this.#admin = createKafka(log).admin();
  }

  /** The group's committed offset of the partition; undefined if it has none. */
  async committed(groupId: string, topic: string, partition: number): Promise<bigint | undefined> {
    const [found] = await this.#ask(() => this.#admin.fetchOffsets({ groupId, topics: [topic] }));
    const offset = BigInt(found?.partitions.find((candidate) => candidate.partition === partition)?.offset ?? '-1');
    return offset < 0n ? undefined : offset;
  }

  /** The first offset that is kept, and the one that a committed record will get next. */
  async bounds(topic: string, partition: number): Promise<{ start: bigint; end: bigint }> {
    const found = await this.#ask(() => this.#admin.fetchTopicOffsets(topic));
    const bounds = found.find((candidate) => candidate.partition === partition);
    if (bounds === undefined) throw new LogUnavailable(`find partition ${partition} of ${topic}`, true, undefined);
    return { start: BigInt(bounds.low), end: BigInt(bounds.high) };
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
