import {
  type Admission,
  type Admitted,
  binaryModeAttributes,
  type Properties,
  parseDelivery,
  partitionOf,
  type Refused,
  type Topics,
  timeFromMilliseconds,
} from '@rollcall/schema';
import type { NewRecord } from './record.ts';

/** One message as Event Hubs hands it over. */
export interface HubMessage {
  readonly partitionId: string;
  readonly offset: string;
  readonly hubSequenceNumber: number;
  readonly enqueuedTime: Date;
  readonly body: Uint8Array;
  readonly contentType?: string | undefined;
  readonly properties: Properties;
}

export interface Routing {
  readonly hub: string;
  readonly topics: Topics;
  readonly partitions: number;
  readonly admission: Admission;
}

/** Where the events of one message go: each to `rollcall.events` under its client's key, or with its reason to the dead letters. The one way
 *  into the log from outside: ingest takes it, and so does whoever redrives. */
export function route(message: HubMessage, routing: Routing): { records: NewRecord[]; refused: Refused[] } {
  const delivery = { ...message, enqueuedTime: timeFromMilliseconds(message.enqueuedTime.getTime()) };
  const parsed = parseDelivery(delivery, routing.admission);
  return {
    records: parsed.map((event, element) =>
      event.ok ? eventRecord(event, message, routing) : deadLetter(event, element, message, routing),
    ),
    refused: parsed.filter((event) => !event.ok),
  };
}

/** CloudEvents Kafka protocol binding 1.0, structured mode. */
const STRUCTURED = 'application/cloudevents+json; charset=UTF-8';

function eventRecord({ key, json }: Admitted, { enqueuedTime }: HubMessage, { topics, partitions }: Routing): NewRecord {
  const headers = { 'content-type': STRUCTURED, 'hub-enqueued-time': enqueuedTime.toISOString() };
  return { topic: topics.events, partition: partitionOf(key, partitions), key, value: json, headers };
}

const LONGEST_DETAIL = 500;

function deadLetter({ reason, detail, key, original }: Refused, element: number, message: HubMessage, routing: Routing): NewRecord {
  const { topics, partitions, hub } = routing;
  const attributes = Object.entries(binaryModeAttributes(message.properties) ?? {});
  return {
    topic: topics.deadLetters,
    partition: partitionOf(key ?? message.partitionId, partitions),
    key: key ?? null,
    value: original,
    headers: {
      reason,
      detail: detail.slice(0, LONGEST_DETAIL),
      hub,
      'hub-partition': message.partitionId,
      'hub-offset': message.offset,
      'hub-sequence-number': String(message.hubSequenceNumber),
      'hub-enqueued-time': message.enqueuedTime.toISOString(),
      'hub-element': String(element),
      ...(message.contentType !== undefined && { 'content-type': message.contentType }),
      ...Object.fromEntries(attributes.map(([name, value]) => [`ce_${name}`, value])),
    },
  };
}
