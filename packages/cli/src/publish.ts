import { EventHubProducerClient } from '@azure/event-hubs';
import { DefaultAzureCredential } from '@azure/identity';
import type { HubAddress } from './settings.ts';

export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
}

/** Sends each event as Event Grid does: a message of its own, an array of one CloudEvent. Returns how many.
 *  Throws PublishFailed, saying how many were sent. */
export async function publish(events: readonly string[], { connectionString, namespace, hub }: HubAddress): Promise<number> {
  const retryOptions = { maxRetries: 1, timeoutInMs: 10_000, retryDelayInMs: 500 };
  const producer =
    namespace === undefined
      ? new EventHubProducerClient(connectionString ?? '', hub, { retryOptions })
      : new EventHubProducerClient(namespace, hub, new DefaultAzureCredential(), { retryOptions });
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

/** After its retries the SDK throws what each of them threw, together and without a message. */
function reasonOf(error: unknown): string {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  return last instanceof Error ? last.message : String(last);
}
