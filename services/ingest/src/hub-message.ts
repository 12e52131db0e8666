import type { ReceivedEventData } from '@azure/event-hubs';
import type { HubMessage } from '@rollcall/log';

export function toMessage(event: ReceivedEventData, partitionId: string): HubMessage {
  return {
    partitionId,
    offset: event.offset,
    hubSequenceNumber: event.sequenceNumber,
    enqueuedTime: event.enqueuedTimeUtc,
    body: bodyBytes(event.body),
    contentType: event.contentType,
    properties: event.properties ?? {},
  };
}

/** AMQP data sections are bytes; a value or sequence section is whatever the sender's SDK made of it. */
function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
}
