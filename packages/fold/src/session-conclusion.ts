import { SESSION_TAKEN_OVER } from '@rollcall/schema';
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
  const { latestConnected, newestConnected, latestDisconnected, newestDisconnected } = memory;
  if (latestConnected === undefined || newestConnected === undefined) {
    if (newestDisconnected === undefined) throw new TypeError('a session without an event has no conclusion');
    return { connected: undefined, ending: newestDisconnected, counterRestarted: false };
  }
  const counterRestarted = newestConnected.time > latestConnected.time + settings.clockSkew;
  const current: Connected = counterRestarted ? newestConnected : latestConnected;
  const numbersRepeat = counterRestarted || latestConnected.firstTime < latestConnected.time;

  let ending: Disconnected | undefined;
  let rule: EndingRule | undefined;
  // The newest first: of two that qualify by the same rule, the later one counts.
  for (const disconnected of [newestDisconnected, latestDisconnected]) {
    if (disconnected === undefined) continue;
    const qualifies = endsBy(disconnected, current, latestConnected.sequenceNumber, numbersRepeat, settings);
    if (qualifies !== undefined && (rule === undefined || qualifies < rule)) {
      ending = disconnected;
      rule = qualifies;
    }
  }
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
    // Near the current connection a take-over may mean its predecessor: `current` may be the successor.
    if (ending.reason === SESSION_TAKEN_OVER) return ending.time > current.time + clockSkew ? 'a' : undefined;
    return ending.time >= (numbersRepeat ? current.time : current.time - clockSkew) ? 'a' : undefined;
  }
  if (ending.sequenceNumber > latestNumber) return ending.time >= current.time - clockSkew ? 'b' : undefined;
  // Nearer, it is an older connection whose loss was found late.
  return ending.time > current.time + lateDisconnect ? 'c' : undefined;
}
