import { binaryModeAttributes, decodeUtf8, type Properties, structuredModeJson } from './binary-mode.ts';
import { cloudEventJson, isEventGridSchema } from './event-grid-schema.ts';
import { nestsDeeperThan, parseJson, unwrapJson } from './json.ts';
import { EVENT_TYPES, type LifecycleEvent } from './lifecycle-event.ts';
import type { ToleratedField } from './mend-event.ts';
import { clientKey, Name } from './names.ts';
import { MAX_EVENT_DEPTH, readLifecycleEvent } from './read-event.ts';
import { quote, type Rejection, type RejectionReason } from './rejection.ts';
import { splitArray } from './split-array.ts';
import { formatTime, TICKS_PER_MILLISECOND, type Time } from './time.ts';

/** One Event Hubs message, whatever its envelope: an event or an array of them, each a CloudEvent or in the Event Grid schema, or a CloudEvent
 *  in binary mode. */
export interface Delivery {
  readonly body: Uint8Array;
  readonly properties: Properties;
  readonly contentType?: string | undefined;
  readonly enqueuedTime: Time;
}

/** What is let into the log. */
export interface Admission {
  /** Longest event in bytes of UTF-8. */
  readonly maxEventBytes: number;
  /** How far a time may lie ahead of the enqueued time, in milliseconds. */
  readonly maxClockAhead: number;
  /** The name that each source gets as its namespace, by its lower-cased resource path. Empty: any source, under its own namespaceName. */
  readonly sources: ReadonlyMap<string, string>;
}

export type Admitted = {
  readonly ok: true;
  readonly event: LifecycleEvent;
  /** Key of the client in topics and Redis. */
  readonly key: string;
  /** The event as received, one structured CloudEvent; of another form, the CloudEvents envelope around its unchanged data. */
  readonly json: string;
  /** The fields that are missing, or not as documented. */
  readonly tolerated: readonly ToleratedField[];
};

export type Refused = Rejection & {
  readonly ok: false;
  /** What was refused, byte for byte: one element of an array, else the whole body. */
  readonly original: string | Uint8Array;
  /** Key of the client as far as the event could be read. */
  readonly key?: string;
};

/** Reads every event of a delivery. One bad event takes none of its neighbours with it. Never throws. */
export function parseDelivery(delivery: Delivery, admission: Admission): (Admitted | Refused)[] {
  const text = decodeUtf8(delivery.body);
  if (text === undefined) return [{ ok: false, reason: 'not-json', detail: 'not UTF-8', original: delivery.body }];
  const attributes = /^application\/cloudevents/i.test(delivery.contentType ?? '') ? undefined : binaryModeAttributes(delivery.properties);
  if (attributes !== undefined) return [parseBinary(attributes, text, delivery, admission)];
  const elements = splitArray(text);
  if (elements === undefined) return [parseStructured(text, delivery.body, delivery, admission)];
  if (elements.length === 0) return [{ ok: false, reason: 'not-cloudevent', detail: 'an array without events', original: delivery.body }];
  return elements.map((element) => parseStructured(element, element, delivery, admission));
}

function parseBinary(attributes: Record<string, string>, data: string, delivery: Delivery, admission: Admission): Admitted | Refused {
  const original = delivery.body;
  const json = structuredModeJson(attributes, data);
  if (Buffer.byteLength(json) > admission.maxEventBytes) return { ok: false, ...tooLarge(admission), original };
  const parsed = tryParseJson(data);
  if ('reason' in parsed) return { ok: false, ...parsed, original };
  return admit({ ...attributes, data: parsed.value }, json, original, delivery, admission);
}

function parseStructured(text: string, original: string | Uint8Array, delivery: Delivery, admission: Admission): Admitted | Refused {
  if (Buffer.byteLength(text) > admission.maxEventBytes) return { ok: false, ...tooLarge(admission), original };
  const parsed = tryParseJson(text);
  if ('reason' in parsed) return { ok: false, ...parsed, original };
  if (!isEventGridSchema(parsed.value)) return admit(parsed.value, text, original, delivery, admission);
  const json = cloudEventJson(text);
  if (Buffer.byteLength(json) > admission.maxEventBytes) return { ok: false, ...tooLarge(admission), original };
  // What is read is what is kept, so whoever reads it next finds the same event.
  return admit(parseJson(json), json, original, delivery, admission);
}

function admit(value: unknown, json: string, original: string | Uint8Array, delivery: Delivery, admission: Admission): Admitted | Refused {
  const refuse = (reason: RejectionReason, detail: string, key?: string): Refused => ({
    ok: false,
    reason,
    detail,
    original,
    ...(key === undefined ? keyAsFarAsKnown(value) : { key }),
  });
  const read = readLifecycleEvent(value);
  if (!read.ok) return refuse(read.reason, read.detail);
  if (nestsDeeperThan(MAX_EVENT_DEPTH, value)) return refuse('invalid-data', `nested more than ${MAX_EVENT_DEPTH} levels deep`);
  const { event, tolerated } = read;
  const namespace = admission.sources.size === 0 ? event.data.namespaceName : admission.sources.get(event.source.toLowerCase());
  if (namespace === undefined) return refuse('unknown-source', event.source === '' ? NO_SOURCE : quote(event.source));
  const key = clientKey(namespace, event.data.clientAuthenticationName);
  const ahead = timeAhead(event, delivery.enqueuedTime, admission.maxClockAhead);
  if (ahead !== undefined) return refuse('time-in-future', ahead, key);
  return { ok: true, event, key, json, tolerated };
}

const NO_SOURCE = 'source: missing, and SOURCES admits only those that it names';

/** One absurd time would freeze a session for good, and so would one in a resource. */
function timeAhead(event: LifecycleEvent, enqueuedTime: Time, maxClockAhead: number): string | undefined {
  const limit = enqueuedTime + BigInt(maxClockAhead) * TICKS_PER_MILLISECOND;
  const times: [string, Time][] = [['time', event.time]];
  if (event.type === EVENT_TYPES.clientCreatedOrUpdated) {
    times.push(['data.createdOn', event.data.createdOn], ['data.updatedOn', event.data.updatedOn]);
  }
  const late = times.find(([, time]) => time > limit);
  return late && `${late[0]}: ${formatTime(late[1])} is ahead of the enqueued time ${formatTime(enqueuedTime)}`;
}

function keyAsFarAsKnown(value: unknown): { key?: string } {
  const data = unwrapJson((value as { data?: unknown } | null)?.data) as {
    namespaceName?: unknown;
    clientAuthenticationName?: unknown;
  } | null;
  const namespace = Name.safeParse(data?.namespaceName);
  const client = Name.safeParse(data?.clientAuthenticationName);
  return namespace.success && client.success ? { key: clientKey(namespace.data, client.data) } : {};
}

function tryParseJson(text: string): { value: unknown } | Rejection {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    if (error instanceof RangeError) return { reason: 'invalid-data', detail: 'nested too deeply' };
    return { reason: 'not-json', detail: 'not JSON' };
  }
}

function tooLarge(admission: Admission): Rejection {
  return { reason: 'too-large', detail: `longer than ${admission.maxEventBytes} bytes` };
}
