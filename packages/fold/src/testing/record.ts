import { clientKey, formatTime, type LogEvent, type Time, timeToMilliseconds } from '@rollcall/schema';
import type { EventRecord } from '../fold-batch.ts';
import { at, NOON } from './moment.ts';

export const NOON_MS = timeToMilliseconds(at(NOON));

/** A record as `rollcall.events` has it. */
export interface StoredRecord extends EventRecord {
  readonly partition: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record of `rollcall.events`, of partition 0 and appended at noon unless told otherwise. */
export function record(offset: number, event: LogEvent | string, more: Partial<StoredRecord> = {}): StoredRecord {
  const json = typeof event === 'string' ? event : eventJson(event);
  const { namespaceName, clientAuthenticationName } = typeof event === 'string' ? JSON.parse(event).data : event.data;
  return {
    partition: 0,
    offset: BigInt(offset),
    timestamp: NOON_MS,
    key: Buffer.from(clientKey(namespaceName, clientAuthenticationName)),
    value: Buffer.from(json),
    headers: {},
    ...more,
  };
}

function eventJson(event: LogEvent): string {
  return JSON.stringify(event, (field, value) => {
    if (typeof value !== 'bigint') return value;
    return field === 'sequenceNumber' ? value.toString() : formatTime(value as Time);
  });
}
