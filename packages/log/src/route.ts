import {
  type Admission,
  binaryModeAttributes,
  type Delivery,
  type Properties,
  parseDelivery,
  partitionOf,
  type Refused,
  type ToleratedField,
  type Topics,
  timeFromMilliseconds,
  timeToMilliseconds,
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

/** What becomes of one message. */
export interface Routed {
  readonly records: NewRecord[];
  readonly refused: Refused[];
  /** The fields that were not as documented, once for each event. */
  readonly tolerated: ToleratedField[];
}

/** Where the events of one message go: each to `rollcall.events` under its client's key, or with its reason to the dead letters. */
export function route(message: HubMessage, routing: Routing): Routed {
  const delivery = { ...message, enqueuedTime: timeFromMilliseconds(message.enqueuedTime.getTime()) };
  const routed = admit(delivery, routing);
  return {
    records: routed.map((event, element) => (event.ok ? event.record : deadLetter(event, element, message, routing))),
    refused: routed.filter((event) => !event.ok),
    tolerated: routed.flatMap((event) => (event.ok ? event.tolerated : [])),
  };
}

/** An event as its record of `rollcall.events`. */
export interface AdmittedRecord {
  readonly ok: true;
  readonly record: NewRecord & { readonly key: string };
  readonly tolerated: readonly ToleratedField[];
}

/** Each event of a delivery as its record of `rollcall.events`, or why it is none. The one way into the log from outside: of ingest, and of
 *  whoever redrives. Never throws. */
export function admit(delivery: Delivery, { topics, partitions, admission }: Omit<Routing, 'hub'>): (AdmittedRecord | Refused)[] {
  const arrived = new Date(timeToMilliseconds(delivery.enqueuedTime)).toISOString();
  return parseDelivery(delivery, admission).map((event) => {
    if (!event.ok) return event;
    const { key, json, tolerated } = event;
    const headers = { 'content-type': STRUCTURED, 'hub-enqueued-time': arrived };
    return { ok: true, record: { topic: topics.events, partition: partitionOf(key, partitions), key, value: json, headers }, tolerated };
  });
}

/** CloudEvents Kafka protocol binding 1.0, structured mode. */
const STRUCTURED = 'application/cloudevents+json; charset=UTF-8';

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
