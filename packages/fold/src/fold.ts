import { type ChangeKind, compareText, EVENT_TYPES, type LogEvent, OFFLINE_DEADLINE, type Time } from '@rollcall/schema';
import { changesBetween } from './change-kinds.ts';
import { type ClientState, type SessionState, type SourceMemory, sessionOf, withSession } from './client.ts';
import { joinResources, type ResourceMemory, rememberDeleted, remembersResource, rememberWritten } from './client-resource.ts';
import { keepSessions } from './forgetting.ts';
import { conclude } from './session-conclusion.ts';
import { compare, join, rememberConnected, rememberDisconnected, remembersSession, type SessionMemory } from './session-memory.ts';
import type { FoldSettings } from './settings.ts';

export type Folded =
  /** Something that a user can see changed. `session` is the one that the event was about, after it. */
  | {
      readonly outcome: 'changed';
      readonly client: ClientState;
      readonly kinds: readonly ChangeKind[];
      readonly session?: SessionState;
      /** How many connected sessions the event made the client drop. */
      readonly evicted: number;
    }
  /** Only what may decide later changed, such as an older connection's end. */
  | { readonly outcome: 'remembered'; readonly client: ClientState }
  | { readonly outcome: 'ignored'; readonly reason: IgnoredReason };
/** Why an event changed nothing: `duplicate`, exactly what was known; `stale`, overtaken by what was known; `forgotten`, no newer than sessions
 *  of the client that were forgotten, its own among them as far as anybody knows. */
export type IgnoredReason = 'duplicate' | 'stale' | 'forgotten';

/** Folds one event of the log into its client. Pure: equal arguments, equal result; never throws on a parsed event.
 *  `offset` is the event's place in the log; it marks the result and decides nothing. */
export function fold(before: ClientState, event: LogEvent, offset: bigint, settings: FoldSettings): Folded {
  switch (event.type) {
    case EVENT_TYPES.sessionConnected:
      return foldSession(before, event, rememberConnected(event.data.sequenceNumber, event.time), offset, settings);
    case EVENT_TYPES.sessionDisconnected: {
      const { sequenceNumber, disconnectionReason } = event.data;
      return foldSession(before, event, rememberDisconnected(sequenceNumber, event.time, disconnectionReason), offset, settings);
    }
    case EVENT_TYPES.clientCreatedOrUpdated:
      return foldResource(before, event, rememberWritten(event), offset);
    case EVENT_TYPES.clientDeleted:
      return foldResource(before, event, rememberDeleted(event), offset);
    case OFFLINE_DEADLINE:
      return foldDeadline(before, event.data.latestEnding, offset, settings);
    default:
      return event satisfies never;
  }
}

type SessionEvent = Extract<LogEvent, { data: { clientSessionName: string } }>;
type ResourceEvent = Extract<LogEvent, { data: { clientName: string } }>;

function foldSession(before: ClientState, event: SessionEvent, news: SessionMemory, offset: bigint, settings: FoldSettings): Folded {
  const session = event.data.clientSessionName;
  const known = sessionOf(before, session);
  const forgottenUpTo = known === undefined ? before.forgotten?.upTo : known.forgottenUpTo;
  if (forgottenUpTo !== undefined && event.time <= forgottenUpTo) return { outcome: 'ignored', reason: 'forgotten' };
  const memory = known === undefined ? news : join(known.memory, news);
  const source = newestSource(before.source, event);
  if (known !== undefined && memory === known.memory) {
    if (source !== before.source) return outcome(before, { ...before, source, offset }, { before: known, after: known });
    return { outcome: 'ignored', reason: remembersSession(memory, news) ? 'duplicate' : 'stale' };
  }
  // One text for all events of a session: what is kept of each would otherwise be texts alone.
  const state = { session: known?.session ?? session, memory, forgottenUpTo, conclusion: conclude(memory, settings), offset };
  const { key, namespace, client, resource, confirmedUpTo } = before;
  const kept = keepSessions(withSession(before.sessions, state), before.forgotten, confirmedUpTo, settings);
  const { sessions, forgotten, presence, evicted } = kept;
  // Spelt out: a spread takes twice the time, and this is every event.
  const after = { key, namespace, client, source, sessions, forgotten, resource, confirmedUpTo, presence, offset };
  // Nobody sees a session that is forgotten as soon as it comes up.
  const isSeen = known !== undefined || kept.forgotten === before.forgotten || sessions.includes(state);
  return outcome(before, after, isSeen ? { before: known, after: state } : undefined, evicted);
}

function foldResource(before: ClientState, event: ResourceEvent, news: ResourceMemory, offset: bigint): Folded {
  const resource = joinResources(before.resource, news);
  const source = newestSource(before.source, event);
  if (resource === before.resource && source === before.source) {
    return { outcome: 'ignored', reason: remembersResource(resource, news) ? 'duplicate' : 'stale' };
  }
  return outcome(before, { ...before, source, resource, offset });
}

/** Rule 6: a deadline raises `confirmedUpTo`, whichever connection or ending came before or after it. */
function foldDeadline(before: ClientState, latestEnding: Time, offset: bigint, settings: FoldSettings): Folded {
  const { confirmedUpTo } = before;
  if (confirmedUpTo !== undefined && latestEnding <= confirmedUpTo) {
    return { outcome: 'ignored', reason: latestEnding === confirmedUpTo ? 'duplicate' : 'stale' };
  }
  // A take-over that it covers may be one that was kept only for presence to be drawn from it.
  const { sessions, forgotten, presence } = keepSessions(before.sessions, before.forgotten, latestEnding, settings);
  return outcome(before, { ...before, sessions, forgotten, confirmedUpTo: latestEnding, presence, offset });
}

interface SessionStep {
  readonly before: SessionState | undefined;
  readonly after: SessionState;
}

/** `session`: the one that the event was about, before and after it. */
function outcome(before: ClientState, client: ClientState, session?: SessionStep, evicted = 0): Folded {
  const kinds = changesBetween(before, client, session?.before?.conclusion, session?.after.conclusion);
  if (kinds === undefined) return { outcome: 'remembered', client };
  return session === undefined
    ? { outcome: 'changed', client, kinds, evicted }
    : { outcome: 'changed', client, kinds, session: session.after, evicted };
}

/** The maximum by (time, source). */
function newestSource(known: SourceMemory | undefined, { time, source }: { time: Time; source: string }): SourceMemory {
  if (known === undefined) return { time, source };
  const order = compare(known.time, time) || compareText(known.source, source);
  if (order >= 0) return known;
  // A source is long, and nearly always the same: one text of it is kept.
  return { time, source: source === known.source ? known.source : source };
}
