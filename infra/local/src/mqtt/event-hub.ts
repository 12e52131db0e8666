import { createHash } from 'node:crypto';
import { type EventData, type EventDataBatch, EventHubProducerClient } from '@azure/event-hubs';
import type { LifeCycleEvent } from './life-cycle-event.ts';
import type { EventHub } from './publisher.ts';

/** Event Hubs' limit. */
const LONGEST_PARTITION_KEY_BYTES = 128;
const SEND_TIMEOUT_MS = 10_000;

/** Event Hubs through the real SDK, written to as an Event Grid subscription does: each message one event, in a JSON array. */
export class AzureEventHub implements EventHub {
  readonly #producer: EventHubProducerClient;

  constructor(connectionString: string, name: string) {
    // The publisher does the retrying.
    this.#producer = new EventHubProducerClient(connectionString, name, {
      retryOptions: { maxRetries: 0, timeoutInMs: SEND_TIMEOUT_MS },
    });
  }

  /** Opens the connection, so that the first event need not wait for it. */
  async warmUp(): Promise<void> {
    await this.#producer.createBatch();
  }

  async send(client: string, events: readonly LifeCycleEvent[]): Promise<void> {
    const partitionKey = partitionKeyOf(client);
    let batch = await this.#producer.createBatch({ partitionKey });
    for (const event of events) {
      const message = messageOf(event);
      if (batch.tryAdd(message)) continue;
      await this.#send(batch);
      batch = await this.#producer.createBatch({ partitionKey });
      if (!batch.tryAdd(message)) throw new Error(`event ${event.id} is larger than Event Hubs takes`);
    }
    await this.#send(batch);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #send(batch: EventDataBatch): Promise<void> {
    if (batch.count > 0) await this.#producer.sendBatch(batch);
  }
}

/** The message in Event Grid's default delivery. A Buffer goes out byte for byte.
 *  Source: learn.microsoft.com/azure/event-grid/handler-event-hubs (message headers) */
function messageOf(event: LifeCycleEvent): EventData {
  return {
    body: Buffer.from(JSON.stringify([event])),
    properties: {
      'aeg-subscription-name': 'ROLLCALL-LOCAL',
      'aeg-delivery-count': '0',
      'aeg-event-type': 'Notification',
      'aeg-metadata-version': event.specversion,
      'aeg-output-event-id': event.id,
    },
  };
}

function partitionKeyOf(client: string): string {
  return Buffer.byteLength(client) <= LONGEST_PARTITION_KEY_BYTES ? client : createHash('sha256').update(client).digest('base64url');
}
