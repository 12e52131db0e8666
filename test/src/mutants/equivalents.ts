import { type Mutant, mutantsOf } from './mutant.ts';

/** A mutant that behaves like the fold itself, and why. */
export interface Equivalent extends Mutant {
  readonly proof: string;
}

function equivalentsOf(file: string, rules: readonly (readonly [proof: string, replace: string, by: string])[]): readonly Equivalent[] {
  return mutantsOf(file, rules).map((mutant) => ({ ...mutant, proof: mutant.name }));
}

export const EQUIVALENTS: readonly Equivalent[] = [
  ...equivalentsOf('packages/fold/src/session-conclusion.ts', [
    [
      '`by` is 0 or more, so a - b > by says that a > b: the first comparison only saves a bigint',
      'a > b && (by === 0n || a - b > by)',
      'a - b > by',
    ],
    ['for a > b, a - b > 0: `by === 0n` only saves a bigint', '(by === 0n || a - b > by)', 'a - b > by'],
  ]),
  ...equivalentsOf('packages/fold/src/session-memory.ts', [
    ['one object has equal members: `a === b` only saves comparing them', 'a === b || (a?.sequenceNumber', '(a?.sequenceNumber'],
    ['of two equal first times, either is the least', 'b.firstTime < a.firstTime', 'b.firstTime <= a.firstTime'],
    [
      'of two equal times, either is the newest',
      'newestDisconnected.time > newestConnected.time',
      'newestDisconnected.time >= newestConnected.time',
    ],
  ]),
  ...equivalentsOf('packages/fold/src/presence.ts', [
    [
      'of two sessions with the newest Connected at one time, each has the other as its successor, whichever is remembered as the newest',
      'time > newest.time)',
      'time >= newest.time)',
    ],
    ['of two equal times, either is the least', 'b < a ? b : a', 'b <= a ? b : a'],
    ['of two equal times, either is the greatest', 'b > a ? b : a', 'b >= a ? b : a'],
  ]),
  ...equivalentsOf('packages/fold/src/forgetting.ts', [
    [
      'of exactly 1,000 connected sessions, the oldest 0 are dropped: none',
      'if (connectedSessions <= CONNECTED_SESSIONS_KEPT)',
      'if (connectedSessions < CONNECTED_SESSIONS_KEPT)',
    ],
    [
      'a single session is connected, or the newest, and never one too many',
      'if (sessions.length < 2) return { sessions, forgotten, presence, evicted: 0 };',
      '',
    ],
    [
      'no index is below a negative number: Math.max only lets more clients return early',
      'Math.max(0, sessions.length - presence.connectedSessions - sessionsKept)',
      '(sessions.length - presence.connectedSessions - sessionsKept)',
    ],
    [
      'where no session is one too many or old, the filter below keeps none: the early return only saves sorting',
      'if (tooMany === 0 && !sessions.some(isOld)) return NONE;',
      '',
    ],
    [
      'where nothing is dropped, all below is empty or drawn from the same sessions',
      'if (dropped.size === 0) return { sessions, forgotten, presence, evicted: 0 };',
      '',
    ],
    ['of two equal marks, either is the newest', 'upTo > known.upTo', 'upTo >= known.upTo'],
  ]),
  ...equivalentsOf('packages/fold/src/fold.ts', [
    [
      'where nothing was forgotten, the session that came up is among those kept: the comparison only saves a search',
      ' || kept.forgotten === before.forgotten',
      '',
    ],
    ['the texts are equal: the one that is known already only saves memory', 'source === known.source ? known.source : source', 'source'],
    ['the names are equal: the one that is known already only saves memory', 'known?.session ?? session', 'session'],
  ]),
  ...equivalentsOf('packages/fold/src/client.ts', [
    [
      'an equal name is found above, so none is equal here',
      'compareText(session, state.session) > 0',
      'compareText(session, state.session) >= 0',
    ],
  ]),
  ...equivalentsOf('packages/fold/src/client-resource.ts', [
    ['one object has equal members: `a === b` only saves comparing them', 'return a === b || (a.updatedOn', 'return (a.updatedOn'],
  ]),
  ...equivalentsOf('packages/fold/src/change-kinds.ts', [
    [
      'no session is ever forgotten that presence comes from, so a client that is known never becomes unknown',
      " && after.presence !== 'unknown'",
      '',
    ],
    ['equal resources differ in nothing that is compared below', 'if (before === after) return false;', ''],
  ]),
  ...equivalentsOf('packages/fold/src/stored-session.ts', [
    [
      'both are maxima over the same Disconnecteds: where number and time are equal, so is the greatest reason of these',
      '!sameDisconnected(newestDisconnected, latestDisconnected)',
      '!sameConnected(newestDisconnected, latestDisconnected)',
    ],
    [
      'the ending is one of the two maxima: where its number and time are those of the latest Disconnected, so is its reason',
      'sameDisconnected(latestDisconnected, ending)',
      'sameConnected(latestDisconnected, ending)',
    ],
  ]),
];
