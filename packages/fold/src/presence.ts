import { type Presence, SESSION_TAKEN_OVER, type Time } from '@rollcall/schema';
import type { SessionConclusion } from './session-conclusion.ts';
import { type Disconnected, newestDisconnectedOf } from './session-memory.ts';

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

/** Pure: a function of the sessions' conclusions and of the greatest ending that a deadline has covered. */
export function presenceOf(
  sessions: readonly { readonly conclusion: SessionConclusion }[],
  confirmedUpTo: Time | undefined,
): ClientPresence {
  let connectedSessions = 0;
  let earliestConnected: Time | undefined;
  let earliestTakeOver: Time | undefined;
  let latestEnding: Disconnected | undefined;
  for (const { conclusion } of sessions) {
    const { connected, ending } = conclusion;
    if (ending !== undefined) {
      latestEnding = latestEnding === undefined ? ending : newestDisconnectedOf(latestEnding, ending);
      if (ending.reason === SESSION_TAKEN_OVER && !covers(confirmedUpTo, ending.time))
        earliestTakeOver = least(earliestTakeOver, ending.time);
    } else if (connected !== undefined) {
      connectedSessions++;
      earliestConnected = least(earliestConnected, connected.time);
    }
  }
  const onlineSince = earliestConnected ?? earliestTakeOver;
  const since = onlineSince ?? latestEnding?.time;
  const presence = onlineSince !== undefined ? 'online' : latestEnding !== undefined ? 'offline' : 'unknown';
  const offlineConfirmed = presence === 'offline' && since !== undefined && covers(confirmedUpTo, since);
  return { presence, since, connectedSessions, latestEnding, offlineConfirmed };
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
