import type { Producer } from 'kafkajs';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { type NewRecord, toMessage } from './record.ts';

/** Bytes of one produce request, well under the broker's `message.max.bytes` for what is not itself larger. */
const MAX_REQUEST_BYTES = 900_000;

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
    for (const some of requests(records)) {
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

/** The records in order, in runs that fit into one request; a record larger than that goes alone. */
function* requests(records: readonly NewRecord[]): Iterable<readonly NewRecord[]> {
  let from = 0;
  let size = 0;
  for (const [at, { value, key }] of records.entries()) {
    const length = lengthOf(value) + lengthOf(key) + 200;
    if (size + length > MAX_REQUEST_BYTES && at > from) {
      yield records.slice(from, at);
      from = at;
      size = 0;
    }
    size += length;
  }
  if (from < records.length) yield records.slice(from);
}

function lengthOf(content: string | Uint8Array | null): number {
  return content === null ? 0 : content.length;
}
