import { compareText, type Time } from '@rollcall/schema';
import type { SessionState } from './client.ts';
import { type ClientPresence, openTakeOvers, presenceOf } from './presence.ts';
import { compare, newestTime } from './session-memory.ts';
import { CONNECTED_SESSIONS_KEPT, type FoldSettings, OPEN_TAKE_OVERS_KEPT } from './settings.ts';

/** What a client remembers of all the sessions that it forgot. */
export interface Forgotten {
  /** The newest time of any of them. An event of a session that is not remembered counts only if it is newer. */
  readonly upTo: Time;
  /** The newest Connected of any of them: a take-over's successor may be among them. */
  readonly connected?: Time | undefined;
}

/** A client's sessions after an event, and what follows from them. */
export interface Kept {
  /** In the order of their names' UTF-8 bytes. */
  readonly sessions: readonly SessionState[];
  readonly forgotten: Forgotten | undefined;
  readonly presence: ClientPresence;
  /** How many connected sessions were dropped, because the client had more than CONNECTED_SESSIONS_KEPT. */
  readonly evicted: number;
}

/** Rule 9: drops the sessions beyond the limits. Pure. What is kept is kept again: nothing is dropped the second time. */
export function keepSessions(
  sessions: readonly SessionState[],
  forgotten: Forgotten | undefined,
  confirmedUpTo: Time | undefined,
  settings: FoldSettings,
): Kept {
  const presence = presenceOf(sessions, forgotten?.connected, confirmedUpTo, settings);
  // Mostly there is one: it is connected, or presence is drawn from it.
  if (sessions.length < 2) return { sessions, forgotten, presence, evicted: 0 };
  const evicted = evictedOf(sessions, presence);
  const awaited = () => openTakeOvers(sessions, forgotten?.connected, confirmedUpTo, settings);
  const dropped = new Set([...evicted, ...surplusOf(sessions, presence, awaited, settings)]);
  if (dropped.size === 0) return { sessions, forgotten, presence, evicted: 0 };
  const kept = sessions.filter((session) => !dropped.has(session));
  let known = forgotten;
  for (const session of dropped) known = forget(known, session);
  return {
    sessions: kept,
    forgotten: known,
    presence: presenceOf(kept, known?.connected, confirmedUpTo, settings),
    evicted: evicted.length,
  };
}

const NONE: readonly SessionState[] = [];

/** An older session's ending that comes late must not evict a live one: so the limit is far above what the service allows. */
function evictedOf(sessions: readonly SessionState[], { connectedSessions }: ClientPresence): readonly SessionState[] {
  if (connectedSessions <= CONNECTED_SESSIONS_KEPT) return NONE;
  const connected = sessions.filter(({ conclusion }) => conclusion.ending === undefined).sort(oldestFirst);
  return connected.slice(0, connectedSessions - CONNECTED_SESSIONS_KEPT);
}

/** Of the sessions that ended, those beyond SESSIONS_KEPT and those older than SESSION_RETENTION, but for those that are needed. `awaited`: those
 *  whose take-over waits for its successor. */
function surplusOf(
  sessions: readonly SessionState[],
  presence: ClientPresence,
  awaited: () => readonly SessionState[],
  settings: FoldSettings,
): readonly SessionState[] {
  const { sessionsKept, sessionRetention } = settings;
  const tooMany = sessionsKept === 0 ? 0 : Math.max(0, sessions.length - presence.connectedSessions - sessionsKept);
  const horizon = sessionRetention === 0n ? undefined : newestOf(sessions) - sessionRetention;
  const isOld = ({ memory }: SessionState) => horizon !== undefined && newestTime(memory) < horizon;
  if (tooMany === 0 && !sessions.some(isOld)) return NONE;
  const ended = sessions.filter(({ conclusion }) => conclusion.ending !== undefined).sort(oldestFirst);
  const needed = neededOf(ended, presence, [...awaited()].sort(oldestFirst));
  return ended.filter((session, index) => (index < tooMany || isOld(session)) && !needed.has(session));
}

/** Presence will be drawn from `awaited` once nothing is connected. While nothing is, since, presence and reason come from the earliest take-over of
 *  them and from the latest ending. */
function neededOf(
  ended: readonly SessionState[],
  { connectedSessions, latestEnding }: ClientPresence,
  awaited: readonly SessionState[],
): ReadonlySet<SessionState | undefined> {
  const needed = new Set<SessionState | undefined>(awaited.slice(-OPEN_TAKE_OVERS_KEPT));
  if (connectedSessions > 0) return needed;
  return needed.add(awaited.toSorted(earliestEndingFirst)[0]).add(ended.find(({ conclusion }) => conclusion.ending === latestEnding));
}

function earliestEndingFirst({ conclusion: a }: SessionState, { conclusion: b }: SessionState): number {
  return a.ending === undefined || b.ending === undefined ? 0 : compare(a.ending.time, b.ending.time);
}

function forget(known: Forgotten | undefined, { memory }: SessionState): Forgotten {
  const upTo = newestTime(memory);
  const connected = memory.newestConnected?.time;
  return {
    upTo: known === undefined || upTo > known.upTo ? upTo : known.upTo,
    connected: known?.connected === undefined || (connected !== undefined && connected > known.connected) ? connected : known.connected,
  };
}

/** By the newest time remembered, not by what is concluded: a conclusion may move backwards. */
function oldestFirst(a: SessionState, b: SessionState): number {
  return compare(newestTime(a.memory), newestTime(b.memory)) || compareText(a.session, b.session);
}

function newestOf(sessions: readonly SessionState[]): Time {
  return sessions.reduce((newest, { memory }) => (newestTime(memory) > newest ? newestTime(memory) : newest), EARLIEST);
}

const EARLIEST = -(2n ** 63n) as Time;
