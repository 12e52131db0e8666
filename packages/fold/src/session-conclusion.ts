import { SESSION_TAKEN_OVER, type Time } from '@rollcall/schema';
import type { Connected, Disconnected, SessionMemory } from './session-memory.ts';
import type { FoldSettings } from './settings.ts';

/** What a session concludes from what it remembers (rule 3). */
export interface SessionConclusion {
  /** Start of the connection that is there now or that ended; absent if its Connected was never seen. */
  readonly connected?: Connected | undefined;
  /** What ended it. Absent: the session is connected. */
  readonly ending?: Disconnected | undefined;
  readonly counterRestarted: boolean;
}

/** Pure: a function of the memory and the settings. A memory without any event has no conclusion. */
export function conclude(memory: SessionMemory, settings: FoldSettings): SessionConclusion {
  const { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected } = memory;
  if (latestConnected === undefined || firstTime === undefined || newestConnected === undefined) {
    if (newestDisconnected === undefined) throw new TypeError('a session without an event has no conclusion');
    return { connected: undefined, ending: newestDisconnected, counterRestarted: false };
  }
  const counterRestarted = isLater(newestConnected.time, latestConnected.time, settings.clockSkew);
  const current: Connected = counterRestarted ? newestConnected : latestConnected;
  const numbersRepeat = counterRestarted || firstTime < latestConnected.time;

  const ends = (d: Disconnected) => endsBy(d, current, latestConnected.sequenceNumber, numbersRepeat, settings);
  const newestRule = newestDisconnected && ends(newestDisconnected);
  const latestRule = latestDisconnected === newestDisconnected ? newestRule : latestDisconnected && ends(latestDisconnected);
  // Of two that qualify by the same rule, the later one counts.
  const isLatest = latestRule !== undefined && (newestRule === undefined || latestRule < newestRule);
  const rule = isLatest ? latestRule : newestRule;
  const ending = rule === undefined ? undefined : isLatest ? latestDisconnected : newestDisconnected;
  // By rule b the connection that ended is one whose own Connected is missing.
  return { connected: rule === 'b' ? undefined : current, ending, counterRestarted };
}

/** The letters of rule 3; their order is their precedence. */
type EndingRule = 'a' | 'b' | 'c';

function endsBy(
  ending: Disconnected,
  current: Connected,
  latestNumber: bigint,
  numbersRepeat: boolean,
  { clockSkew, lateDisconnect }: FoldSettings,
): EndingRule | undefined {
  if (ending.sequenceNumber === current.sequenceNumber) {
    // Where numbers repeat, a take-over near the current connection may mean its predecessor: `current` may be the successor.
    if (numbersRepeat && ending.reason === SESSION_TAKEN_OVER) return isLater(ending.time, current.time, clockSkew) ? 'a' : undefined;
    return isLater(current.time, ending.time, numbersRepeat ? 0n : clockSkew) ? undefined : 'a';
  }
  if (ending.sequenceNumber > latestNumber) return isLater(current.time, ending.time, clockSkew) ? undefined : 'b';
  // Nearer, it is an older connection whose loss was found late.
  return isLater(ending.time, current.time, lateDisconnect) ? 'c' : undefined;
}

/** `a > b + by`, for `by` of 0 or more. A sum of bigints is a new object: mostly the plain comparison decides. */
export function isLater(a: Time, b: Time, by: bigint): boolean {
  return a > b && (by === 0n || a - b > by);
}
