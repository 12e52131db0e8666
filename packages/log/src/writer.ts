import type { Producer, ProducerBatch } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import type { NewRecord } from './record.ts';

/** Appends records: idempotent, acknowledged by all in-sync replicas. Each record names its partition.
 *
 *  kafkajs gives the numbers of a request that failed to the next one, though the broker may have appended it: another request of the same
 *  length would be taken for its repetition, and acknowledged without being written. So requests go one at a time, and after a failure a
 *  new producer, with numbers of its own, goes on. */
export class LogWriter {
  #producer: Producer | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LogOptions) {}

  /** Throws LogUnavailable. */
  async connect(): Promise<void> {
    await this.#inTurn(() => this.#connected());
  }

  /** Resolves when every record is acknowledged. Throws LogUnavailable: some of them may have been appended. */
  append(records: readonly NewRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      const outbox = new Outbox();
      outbox.add(records);
      for (const request of outbox.take()) await this.#send(request);
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#discard());
  }

  async #send(request: ProducerBatch): Promise<void> {
    const producer = await this.#connected();
    try {
      await producer.sendBatch(request);
    } catch (cause) {
      await this.#discard();
      throw new LogUnavailable(`write to ${[...new Set(request.topicMessages?.map(({ topic }) => topic))].join(', ')}`, true, cause);
    }
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = createKafka(this.options).producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
    try {
      await producer.connect();
    } catch (cause) {
      await producer.disconnect().catch(() => {});
      throw new LogUnavailable('connect to Kafka', true, cause);
    }
    this.#producer = producer;
    return producer;
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => {});
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
