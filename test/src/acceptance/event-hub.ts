import { type EventData, EventHubConsumerClient, EventHubProducerClient, type ReceivedEventData } from '@azure/event-hubs';

const HUB = 'lifecycle';
/** Not that of ingest, which owns its partitions. */
const CONSUMER_GROUP = 'acceptance';
/** For a stack whose event hub is read by a test. */
export const HUB_ENV = { EVENTHUBS_CONSUMER_GROUPS: CONSUMER_GROUP };

/** Sends as Event Grid does: through Microsoft's own SDK. */
export class EventHub implements AsyncDisposable {
  readonly #producer: EventHubProducerClient;

  constructor(private readonly connectionString: string) {
    this.#producer = new EventHubProducerClient(connectionString, HUB);
  }

  /** In order, in as few batches as they fit into. With a partition key, all go into one partition of the hub. */
  async send(messages: readonly EventData[], partitionKey?: string): Promise<void> {
    const options = partitionKey === undefined ? {} : { partitionKey };
    let batch = await this.#producer.createBatch(options);
    for (const message of messages) {
      if (batch.tryAdd(message)) continue;
      await this.#producer.sendBatch(batch);
      batch = await this.#producer.createBatch(options);
      if (!batch.tryAdd(message)) throw new Error('a message is larger than Event Hubs takes');
    }
    await this.#producer.sendBatch(batch);
  }

  /** The message at one place of the hub, its body as bytes. */
  async messageAt(partition: string, hubSequenceNumber: number): Promise<ReceivedEventData> {
    const consumer = new EventHubConsumerClient(CONSUMER_GROUP, this.connectionString, HUB);
    const { promise, resolve, reject } = Promise.withResolvers<ReceivedEventData>();
    const startPosition = { sequenceNumber: hubSequenceNumber, isInclusive: true };
    consumer.subscribe(
      partition,
      {
        processEvents: async ([message]) => {
          if (message !== undefined) resolve(message);
        },
        processError: async (error) => reject(error),
      },
      { startPosition, maxBatchSize: 1, skipParsingBodyAsJson: true },
    );
    return promise.finally(() => consumer.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close();
  }
}

/** Event Grid's default: an array of CloudEvents, often one. */
export function inArray(...events: readonly string[]): EventData {
  return { body: Buffer.from(`[${events.join(',')}]`), contentType: 'application/cloudevents-batch+json; charset=utf-8' };
}

/** Structured mode: a single CloudEvent. */
export function single(event: string): EventData {
  return { body: Buffer.from(event), contentType: 'application/cloudevents+json; charset=utf-8' };
}

/** Binary mode: the attributes as application properties, named with the prefix; the body is the data. */
export function binary(event: string, prefix: string): EventData {
  const { data, ...attributes } = JSON.parse(event) as Record<string, unknown>;
  const properties = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${prefix}${name}`, value]));
  return { body: Buffer.from(JSON.stringify(data)), contentType: 'application/json', properties };
}

/** A CloudEvent as a subscription in the Event Grid schema has it, which is what Azure's command line makes by default. */
export function eventGridSchema(cloudEvent: string): string {
  const { specversion: _, source, type, time, data, ...rest } = JSON.parse(cloudEvent) as Record<string, unknown>;
  return JSON.stringify({ ...rest, topic: source, eventType: type, eventTime: time, data, dataVersion: '1', metadataVersion: '1' });
}
