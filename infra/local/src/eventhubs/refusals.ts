import { randomUUID } from 'node:crypto';
import { LOCAL_NAMESPACE, LOOPBACK } from '@rollcall/service';
import type { AmqpCondition } from './amqp-error.ts';

/** Event Hubs refuses what a client asks for. A link ends with the condition and the message; a node's answer has the status, too.
 *  An id and the time are part of the message, so no two messages are equal. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly condition: AmqpCondition,
    readonly status: 400 | 401 | 404,
    text: string,
  ) {
    const trackingId = `${randomUUID().replaceAll('-', '')}_G0`;
    const timestamp = new Date().toISOString().slice(0, -'.000Z'.length);
    super(`${text} TrackingId:${trackingId}, SystemTracker:emulator, Timestamp:${timestamp}`);
  }
}

/** @param path what the address of the link names, such as `lifecycle/Partitions/0`
 *  Source: github.com/microsoft/AzureMonitorAddonForSplunk/issues/8 and github.com/MicrosoftDocs/azure-docs/issues/52223 */
export function entityNotFound(path: string): Refused {
  return notFound(resource(path));
}

/** Event Hubs names the consumer group behind an internal name of the event hub.
 *  Source: github.com/logstash-plugins/logstash-input-azure_event_hubs/issues/32 */
export function consumerGroupNotFound(hub: string, consumerGroup: string): Refused {
  return notFound(`${LOCAL_NAMESPACE}:eventhub:${hub}~32766|${consumerGroup.toLowerCase()}`);
}

/** Source: the integration tests of `@azure/event-hubs` 5 match this text; those of its mock service have this condition. */
export function partitionNotFound(partitions: number): Refused {
  const text = `The specified partition is invalid for an EventHub partition sender or receiver. It should be between 0 and ${partitions - 1}.`;
  return new Refused('com.microsoft:argument-out-of-range', 400, text);
}

/** Source: github.com/Azure/azure-sdk-for-python/issues/30931 (an offset) and
 *  github.com/Azure/azure-event-hubs-spark/issues/315 (a sequence number) */
export function positionBeyondEnd(from: 'offset' | 'sequenceNumber', supplied: number, last: number): Refused {
  const what = { offset: 'offset', sequenceNumber: 'sequence number' }[from];
  return new Refused(
    'com.microsoft:argument-error',
    400,
    `The supplied ${what} '${supplied}' is invalid. The last ${what} in the system is '${last}'`,
  );
}

/** Event Hubs does not say whether the name or the key is wrong.
 *  Source: github.com/vdesabou/kafka-docker-playground/issues/8704 (a log of the Java SDK) */
export function signatureInvalid(): Refused {
  return new Refused('amqp:unauthorized-access', 401, 'InvalidSignature: The token has an invalid signature.');
}

/** Source: the integration tests of `azeventhubs` for Go match the beginning of this text. */
export function tokenExpired(expiry: Date): Refused {
  return new Refused('amqp:unauthorized-access', 401, `ExpiredToken: The token is expired. Expiration time: '${expiry.toUTCString()}'.`);
}

/** Source: github.com/Azure/azure-event-hubs-python/issues/4 */
export function claimMissing(claim: 'Listen' | 'Send', path: string): Refused {
  const text = `Unauthorized access. '${claim}' claim(s) are required to perform this operation. Resource: '${resource(path)}'.`;
  return new Refused('amqp:unauthorized-access', 401, text);
}

/** For links that are open when the event hub is deleted. The condition is AMQP's own for this; no public source shows what Event
 *  Hubs takes. */
export function hubDeleted(hub: string): Refused {
  return new Refused('amqp:resource-deleted', 404, `The messaging entity '${resource(hub)}' was deleted.`);
}

function notFound(entity: string): Refused {
  const text = `The messaging entity '${entity}' could not be found. To know more visit https://aka.ms/sbResourceMgrExceptions. `;
  return new Refused('amqp:not-found', 404, text);
}

function resource(path: string): string {
  return `sb://${LOOPBACK}/${path.toLowerCase()}`;
}
