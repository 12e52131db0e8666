import type { Producer } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { type NewRecord, toMessage } from './record.ts';
import { inRequests } from './requests.ts';

/** Appends records: idempotent, acknowledged by all in-sync replicas. Each record names its partition. */
export class LogWriter {
  readonly #producer: Producer;

  constructor(options: LogOptions) {
    this.#producer = createKafka(options).producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  }

  async connect(): Promise<void> {
    await this.#producer.connect().catch((cause: unknown) => {
      throw new LogUnavailable('connect to Kafka', true, cause);
    });
  }

  /** Resolves when every record is acknowledged. Throws LogUnavailable: some of them may have been appended. */
  async append(records: readonly NewRecord[]): Promise<void> {
    for (const some of inRequests(records)) {
      const topics = Map.groupBy(some, (record) => record.topic);
      const topicMessages = [...topics].map(([topic, members]) => ({ topic, messages: members.map(toMessage) }));
      await this.#producer.sendBatch({ topicMessages, acks: -1 }).catch((cause: unknown) => {
        throw new LogUnavailable(`write to ${[...topics.keys()].join(', ')}`, true, cause);
      });
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }
}
