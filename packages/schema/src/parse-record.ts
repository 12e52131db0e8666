import { z } from 'zod';
import { decodeUtf8 } from './binary-mode.ts';
import { parseJson } from './json.ts';
import { LifecycleEvent } from './lifecycle-event.ts';
import { parseClientKey } from './names.ts';
import { OfflineDeadline } from './offline-deadline.ts';
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

/** Reads one record of `rollcall.events`. The key says whose event it is; the namespace in it may be a configured name. Never throws. */
export function parseRecord(key: Uint8Array | null, value: Uint8Array | null): ParsedRecord {
  const keyText = key && decodeUtf8(key);
  const client = keyText ? parseClientKey(keyText) : undefined;
  if (!keyText || client === undefined) return { ok: false, reason: 'invalid-data', detail: 'the key is not namespace/client' };
  const json = value && decodeUtf8(value);
  if (!json) return { ok: false, reason: 'not-json', detail: 'no value in UTF-8' };
  let data: unknown;
  try {
    data = parseJson(json);
  } catch {
    return { ok: false, reason: 'not-json', detail: 'not JSON' };
  }
  const parsed = LogEvent.safeParse(data);
  if (!parsed.success) return { ok: false, reason: 'invalid-data', detail: describeIssue(parsed.error) };
  if (parsed.data.data.clientAuthenticationName !== client.client) {
    return { ok: false, reason: 'invalid-data', detail: 'the key names another client than the event' };
  }
  return { ok: true, key: keyText, ...client, event: parsed.data, json };
}
