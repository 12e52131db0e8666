import { nestsDeeperThan } from './json.ts';
import { EVENT_TYPES, LifecycleEvent } from './lifecycle-event.ts';
import { mendEvent, type ToleratedField } from './mend-event.ts';
import { describeIssue, quote, type Rejection } from './rejection.ts';

/** The schema looks at the fields it knows. Below this depth, no reader of the rest, such as JSON.stringify, runs out of stack. */
export const MAX_EVENT_DEPTH = 64;

export type ReadEvent =
  | { readonly ok: true; readonly event: LifecycleEvent; readonly tolerated: readonly ToleratedField[] }
  | ({ readonly ok: false } & Rejection);

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(Object.values(EVENT_TYPES));
const NOTHING: readonly ToleratedField[] = [];

/** Reads one CloudEvent. The one rule of what an event needs: namespace, client, type and time, and a session's its name and number; all else
 *  may be missing, null or of another shape. Ingest, whoever redrives and whoever reads the log go by it, so what was admitted is read
 *  again as the same event. Never throws. */
export function readLifecycleEvent(value: unknown): ReadEvent {
  // Nearly every event is as documented.
  const documented = LifecycleEvent.safeParse(value);
  if (documented.success) return { ok: true, event: documented.data, tolerated: unnamed(documented.data) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('not-cloudevent', 'expected object');
  if (nestsDeeperThan(MAX_EVENT_DEPTH, value)) return refused('invalid-data', `nested more than ${MAX_EVENT_DEPTH} levels deep`);
  const mended = mendEvent(value as Record<string, unknown>);
  const { type } = mended.value;
  if (typeof type !== 'string' || type === '') return refused('not-cloudevent', NO_TYPE);
  if (!KNOWN_TYPES.has(type)) return refused('unknown-type', quote(type));
  const parsed = LifecycleEvent.safeParse(mended.value);
  if (!parsed.success) return refused('invalid-data', `${describeIssue(parsed.error, mended.value)}; ${WHAT_TO_DO}`);
  return { ok: true, event: parsed.data, tolerated: [...mended.tolerated.union(new Set(unnamed(parsed.data)))] };
}

const NO_TYPE = 'type: missing, so this is neither a CloudEvent nor in the Event Grid schema; find out what else sends to this event hub';
const WHAT_TO_DO = 'an event needs this field: correct what sent it, or publish it again with the field filled in';

/** What is empty where an event has none. */
function unnamed({ id, source }: LifecycleEvent): readonly ToleratedField[] {
  if (id !== '' && source !== '') return NOTHING;
  return [...(id === '' ? (['id'] as const) : []), ...(source === '' ? (['source'] as const) : [])];
}

function refused(reason: Rejection['reason'], detail: string): ReadEvent {
  return { ok: false, reason, detail };
}
