import { EventHubProducerClient } from '@azure/event-hubs';
import { PublishFailed } from './publish-failed.ts';
import type { HubAddress } from './settings.ts';

/** Sends each event as Event Grid does: a message of its own, an array of one event. Returns how many.
 *  Throws PublishFailed, saying how many were sent. */
export async function publish(events: readonly string[], address: HubAddress): Promise<number> {
  const { hub } = address;
  const producer = await connect(address);
  let sent = 0;
  try {
    let batch = await producer.createBatch();
    for (const [at, event] of events.entries()) {
      const message = { body: Buffer.from(`[${event}]`), contentType: 'application/cloudevents-batch+json; charset=utf-8' };
      if (batch.tryAdd(message)) continue;
      await producer.sendBatch(batch);
      sent += batch.count;
      batch = await producer.createBatch();
      if (!batch.tryAdd(message)) throw new Error(`event ${at + 1} is larger than Event Hubs takes`);
    }
    await producer.sendBatch(batch);
    return sent + batch.count;
  } catch (error) {
    throw new PublishFailed(`cannot publish to the event hub ${hub}: ${reasonOf(error)} (${sent} of ${events.length} events sent)`, {
      cause: error,
    });
  } finally {
    await producer.close().catch(() => {});
  }
}

async function connect({ connectionString, namespace, hub }: HubAddress): Promise<EventHubProducerClient> {
  const retryOptions = { maxRetries: 1, timeoutInMs: 10_000, retryDelayInMs: 500 };
  if (namespace === undefined) return new EventHubProducerClient(connectionString ?? '', hub, { retryOptions });
  // Takes longer to load than all the rest.
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new EventHubProducerClient(namespace, hub, new DefaultAzureCredential(), { retryOptions });
}

/** After its retries the SDK throws what each of them threw, together and without a message. */
function reasonOf(error: unknown): string {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  return last instanceof Error ? last.message : String(last);
}
