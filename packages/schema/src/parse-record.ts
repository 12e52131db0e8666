import { z } from 'zod';
import { decodeUtf8 } from './binary-mode.ts';
import { parseJson } from './json.ts';
import { LifecycleEvent } from './lifecycle-event.ts';
import { type ClientKey, parseClientKey } from './names.ts';
import { OfflineDeadline } from './offline-deadline.ts';
import { readLifecycleEvent } from './read-event.ts';
import { describeIssue, type Rejection } from './rejection.ts';

/** What `rollcall.events` holds: life-cycle events as received, and our own deadlines. */
export const LogEvent = z.discriminatedUnion('type', [...LifecycleEvent.options, OfflineDeadline]);
export type LogEvent = z.infer<typeof LogEvent>;

export type ParsedRecord =
  | {
      readonly ok: true;
      readonly key: string;
      readonly namespace: string;
      readonly client: string;
      readonly event: LogEvent;
      readonly json: string;
    }
  | ({ readonly ok: false } & Rejection);

/** Reads one record of `rollcall.events`. Never throws. */
export function parseRecord(key: Uint8Array | null, value: Uint8Array | null): ParsedRecord {
  return parseValue(parseKey(key), value);
}

/** Whose event a record is; the namespace may be a configured name. Undefined where it is not `namespace/client`. */
export function parseKey(key: Uint8Array | null): ClientKey | undefined {
  const text = key && decodeUtf8(key);
  return text ? parseClientKey(text) : undefined;
}

export function parseValue(whose: ClientKey | undefined, value: Uint8Array | null): ParsedRecord {
  if (whose === undefined) return { ok: false, reason: 'invalid-data', detail: 'the key is not namespace/client' };
  const json = value && decodeUtf8(value);
  if (!json) return { ok: false, reason: 'not-json', detail: 'no value in UTF-8' };
  let data: unknown;
  try {
    data = parseJson(json);
  } catch {
    return { ok: false, reason: 'not-json', detail: 'not JSON' };
  }
  const event = readLogEvent(data);
  if ('reason' in event) return event;
  if (event.data.clientAuthenticationName !== whose.client) {
    return { ok: false, reason: 'invalid-data', detail: 'the key names another client than the event' };
  }
  return { ok: true, key: whose.key, namespace: whose.namespace, client: whose.client, event, json };
}

/** Our own events are as we write them; those that came from outside are read as when they were admitted. */
function readLogEvent(value: unknown): LogEvent | ({ readonly ok: false } & Rejection) {
  const parsed = LogEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const read = readLifecycleEvent(value);
  if (read.ok) return read.event;
  return { ok: false, reason: 'invalid-data', detail: read.reason === 'unknown-type' ? describeIssue(parsed.error) : read.detail };
}
