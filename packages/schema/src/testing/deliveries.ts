import type { Properties } from '../binary-mode.ts';
import type { Admission, Delivery } from '../parse-delivery.ts';
import { parseTime, type Time } from '../time.ts';

/** An hour after the last of the article's samples. */
export const ENQUEUED = parseTime('2023-07-29T02:30:00Z') as Time;

/** 1 MiB per event, 5 minutes ahead, any source. */
export const ADMISSION: Admission = { maxEventBytes: 1_048_576, maxClockAhead: 300_000, sources: new Map() };

export function delivery(body: string | Uint8Array, more: Partial<Omit<Delivery, 'body'>> = {}): Delivery {
  return { body: typeof body === 'string' ? Buffer.from(body) : body, properties: {}, enqueuedTime: ENQUEUED, ...more };
}

/** The event in binary mode: its attributes as properties, its data as the body. */
export function binaryDelivery(event: string, prefix: string): Delivery {
  const { data, ...attributes } = JSON.parse(event) as Record<string, unknown>;
  const properties: Properties = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${prefix}${name}`, value]));
  return delivery(JSON.stringify(data), { properties, contentType: 'application/json' });
}
