import { type Presence, SESSION_TAKEN_OVER, type Time } from '@rollcall/schema';
import { isLater, type SessionConclusion } from './session-conclusion.ts';
import { type Disconnected, newestDisconnectedOf, type SessionMemory } from './session-memory.ts';
import type { FoldSettings } from './settings.ts';

/** A client's presence: the roll-up of its sessions (rule 5). */
export interface ClientPresence {
  readonly presence: Presence;
  /** Absent if unknown. */
  readonly since?: Time | undefined;
  readonly connectedSessions: number;
  /** The newest ending of any of its sessions. */
  readonly latestEnding?: Disconnected | undefined;
  /** A deadline has covered the latest ending: this client stays offline until something new happens (rule 6). */
  readonly offlineConfirmed: boolean;
}

interface RolledUp {
  readonly memory: SessionMemory;
  readonly conclusion: SessionConclusion;
}

/** Pure: a function of what the sessions remember and conclude, of the newest Connected of those that were forgotten, and of the greatest
 *  ending that a deadline has covered. */
export function presenceOf(
  sessions: readonly RolledUp[],
  forgottenConnected: Time | undefined,
  confirmedUpTo: Time | undefined,
  settings: FoldSettings,
): ClientPresence {
  let connectedSessions = 0;
  let earliestConnected: Time | undefined;
  let latestEnding: Disconnected | undefined;
  for (const { conclusion } of sessions) {
    const { connected, ending } = conclusion;
    if (ending !== undefined) {
      latestEnding = latestEnding === undefined ? ending : newestDisconnectedOf(latestEnding, ending);
    } else if (connected !== undefined) {
      connectedSessions++;
      earliestConnected = least(earliestConnected, connected.time);
    }
  }
  const onlineSince = earliestConnected ?? earliestOpenTakeOver(sessions, forgottenConnected, confirmedUpTo, settings);
  const since = onlineSince ?? latestEnding?.time;
  const presence = onlineSince !== undefined ? 'online' : latestEnding !== undefined ? 'offline' : 'unknown';
  const offlineConfirmed = presence === 'offline' && since !== undefined && covers(confirmedUpTo, since);
  return { presence, since, connectedSessions, latestEnding, offlineConfirmed };
}

function earliestOpenTakeOver(
  sessions: readonly RolledUp[],
  forgottenConnected: Time | undefined,
  confirmedUpTo: Time | undefined,
  settings: FoldSettings,
): Time | undefined {
  let earliest: Time | undefined;
  for (const { conclusion } of openTakeOvers(sessions, forgottenConnected, confirmedUpTo, settings)) {
    if (conclusion.ending !== undefined) earliest = least(earliest, conclusion.ending.time);
  }
  return earliest;
}

/** The sessions whose take-over has no successor yet and is covered by no deadline. A successor is a Connected of any other session, at most
 *  CLOCK_SKEW before the take-over or later. */
export function openTakeOvers<S extends RolledUp>(
  sessions: readonly S[],
  forgottenConnected: Time | undefined,
  confirmedUpTo: Time | undefined,
  { clockSkew }: FoldSettings,
): readonly S[] {
  // An array or a generator for each event takes as long as all the rest.
  let open: S[] | undefined;
  let connects: NewestConnects | undefined;
  for (const session of sessions) {
    const { ending } = session.conclusion;
    if (ending?.reason !== SESSION_TAKEN_OVER || covers(confirmedUpTo, ending.time)) continue;
    connects ??= newestConnects(sessions, forgottenConnected);
    const successor = session === connects.session ? connects.ofOthers : connects.time;
    if (successor === undefined || isLater(ending.time, successor, clockSkew)) {
      open ??= [];
      open.push(session);
    }
  }
  return open ?? NONE;
}

const NONE: readonly never[] = [];

/** The newest Connected of all sessions, forgotten ones included, whose it is if that is remembered, and the newest of the others. */
interface NewestConnects {
  readonly session?: RolledUp | undefined;
  readonly time?: Time | undefined;
  readonly ofOthers?: Time | undefined;
}

function newestConnects(sessions: readonly RolledUp[], forgotten: Time | undefined): NewestConnects {
  let newest: NewestConnects = { time: forgotten };
  for (const session of sessions) {
    const time = session.memory.newestConnected?.time;
    if (time === undefined) continue;
    if (newest.time === undefined || time > newest.time) newest = { session, time, ofOthers: newest.time };
    else newest = { session: newest.session, time: newest.time, ofOthers: greatest(newest.ofOthers, time) };
  }
  return newest;
}

/** The ending that an OfflineDeadline must name, while the client is pending: nothing is connected and its latest ending is not covered. */
export function pendingEnding({ connectedSessions, latestEnding }: ClientPresence, confirmedUpTo: Time | undefined): Time | undefined {
  if (connectedSessions > 0 || latestEnding === undefined || covers(confirmedUpTo, latestEnding.time)) return undefined;
  return latestEnding.time;
}

function covers(confirmedUpTo: Time | undefined, time: Time): boolean {
  return confirmedUpTo !== undefined && time <= confirmedUpTo;
}

function least(a: Time | undefined, b: Time): Time {
  return a === undefined || b < a ? b : a;
}

function greatest(a: Time | undefined, b: Time): Time {
  return a === undefined || b > a ? b : a;
}
