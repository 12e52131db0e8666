import { mutantsOf } from '../mutant.ts';

const RESTARTED = 'isLater(newestConnected.time, latestConnected.time, settings.clockSkew)';
const LATEST_RULE = 'latestDisconnected === newestDisconnected ? newestRule : latestDisconnected && ends(latestDisconnected)';
const IS_LATEST = 'latestRule !== undefined && (newestRule === undefined || latestRule < newestRule)';
const REPEATED_TAKE_OVER = "isLater(ending.time, current.time, clockSkew) ? 'a' : undefined";
const RULE_A = "isLater(current.time, ending.time, numbersRepeat ? 0n : clockSkew) ? undefined : 'a'";
const RULE_B = "isLater(current.time, ending.time, clockSkew) ? undefined : 'b'";
const RULE_C = "isLater(ending.time, current.time, lateDisconnect) ? 'c' : undefined";

export const SESSION_CONCLUSION = mutantsOf('packages/fold/src/session-conclusion.ts', [
  [
    'a memory without any event has a conclusion',
    "if (newestDisconnected === undefined) throw new TypeError('a session without an event has no conclusion');",
    '',
  ],
  [
    'without a Connected, the Disconnected of the highest number counts',
    'connected: undefined, ending: newestDisconnected,',
    'connected: undefined, ending: latestDisconnected,',
  ],
  [
    'without a Connected, the counter restarted',
    'ending: newestDisconnected, counterRestarted: false',
    'ending: newestDisconnected, counterRestarted: true',
  ],
  [
    'any newer Connected of a lower number means that the counter restarted',
    RESTARTED,
    'isLater(newestConnected.time, latestConnected.time, 0n)',
  ],
  [
    'a Connected of a lower number exactly CLOCK_SKEW newer means that the counter restarted',
    RESTARTED,
    'newestConnected.time > latestConnected.time && newestConnected.time - latestConnected.time >= settings.clockSkew',
  ],
  ['a counter never restarts', RESTARTED, 'false'],
  [
    'a counter that restarted goes on with the connection of the old run',
    'counterRestarted ? newestConnected : latestConnected',
    'latestConnected',
  ],
  [
    'the newest Connected is the current one, though its number is lower',
    'counterRestarted ? newestConnected : latestConnected',
    'newestConnected',
  ],
  ['a number that was used before is not known to repeat', 'counterRestarted || firstTime < latestConnected.time', 'counterRestarted'],
  [
    'a counter that restarted does not repeat its numbers',
    'counterRestarted || firstTime < latestConnected.time',
    'firstTime < latestConnected.time',
  ],
  ['any number is known to repeat', 'counterRestarted || firstTime < latestConnected.time', 'true'],
  ['a number used once is known to repeat', 'firstTime < latestConnected.time', 'firstTime <= latestConnected.time'],
  ['only the newest Disconnected can end a connection', LATEST_RULE, 'newestRule'],
  ['only the Disconnected of the highest number can end a connection', 'newestDisconnected && ends(newestDisconnected)', 'undefined'],
  ['of two that qualify, the Disconnected of the higher number counts', IS_LATEST, 'latestRule !== undefined'],
  [
    'of two that qualify, the newer Disconnected counts, whatever its rule',
    IS_LATEST,
    'latestRule !== undefined && newestRule === undefined',
  ],
  ['of two that qualify by the same rule, the earlier one counts', 'latestRule < newestRule', 'latestRule <= newestRule'],
  ['rule c goes before b, and b before a', 'latestRule < newestRule', 'latestRule > newestRule'],
  ['only the newest Disconnected is looked at where both exist', 'isLatest ? latestRule : newestRule', 'newestRule'],
  ['a Disconnected that qualifies by no rule ends the connection', 'rule === undefined ? undefined : isLatest', 'isLatest'],
  [
    'the ending is the newest Disconnected, whichever qualified',
    'isLatest ? latestDisconnected : newestDisconnected',
    'newestDisconnected',
  ],
  [
    'the ending is the Disconnected of the highest number, whichever qualified',
    'isLatest ? latestDisconnected : newestDisconnected',
    'latestDisconnected',
  ],
  ['by rule b, the connection that was seen is the one that ended', "rule === 'b' ? undefined : current", 'current'],
  [
    'by rule c, nobody knows when the connection began',
    "rule === 'b' ? undefined : current",
    "rule === 'b' || rule === 'c' ? undefined : current",
  ],
  [
    'by rule a, nobody knows when the connection began',
    "rule === 'b' ? undefined : current",
    "rule === 'b' || rule === 'a' ? undefined : current",
  ],
  [
    'no conclusion says that the counter restarted',
    'undefined : current, ending, counterRestarted }',
    'undefined : current, ending, counterRestarted: false }',
  ],
  [
    'where the counter restarted, the number of the old run ends the new one by rule a',
    'ending.sequenceNumber === current.sequenceNumber',
    'ending.sequenceNumber === latestNumber',
  ],
  [
    'a take-over needs the extra CLOCK_SKEW also where no number repeats',
    'if (numbersRepeat && ending.reason === SESSION_TAKEN_OVER)',
    'if (ending.reason === SESSION_TAKEN_OVER)',
  ],
  [
    'any Disconnected of a number that repeats needs the extra CLOCK_SKEW',
    'if (numbersRepeat && ending.reason === SESSION_TAKEN_OVER)',
    'if (numbersRepeat)',
  ],
  [
    'a take-over needs no extra CLOCK_SKEW where numbers repeat',
    'if (numbersRepeat && ending.reason === SESSION_TAKEN_OVER)',
    'if (false)',
  ],
  [
    'where numbers repeat, a take-over any time after its connection ends it',
    REPEATED_TAKE_OVER,
    "isLater(ending.time, current.time, 0n) ? 'a' : undefined",
  ],
  [
    'where numbers repeat, a take-over exactly CLOCK_SKEW after its connection ends it',
    REPEATED_TAKE_OVER,
    "ending.time - current.time >= clockSkew ? 'a' : undefined",
  ],
  ['where numbers repeat, a take-over ends nothing', REPEATED_TAKE_OVER, 'undefined'],
  [
    'an ending of a number that repeats may be CLOCK_SKEW before its connection',
    RULE_A,
    "isLater(current.time, ending.time, clockSkew) ? undefined : 'a'",
  ],
  [
    'an ending before its connection does not end it, though two clocks may disagree',
    RULE_A,
    "isLater(current.time, ending.time, 0n) ? undefined : 'a'",
  ],
  [
    'an ending that is exactly CLOCK_SKEW before its connection does not end it',
    RULE_A,
    "current.time - ending.time >= (numbersRepeat ? 1n : clockSkew) ? undefined : 'a'",
  ],
  [
    'an ending at the very time of its connection does not end it where the number repeats',
    RULE_A,
    "current.time - ending.time > (numbersRepeat ? -1n : clockSkew) ? undefined : 'a'",
  ],
  ['any Disconnected of the same number ends it, however early', RULE_A, "'a'"],
  [
    'where the counter restarted, any number above the new run’s is an unseen connection',
    'ending.sequenceNumber > latestNumber',
    'ending.sequenceNumber > current.sequenceNumber',
  ],
  [
    'where the counter restarted, the old run’s highest number is an unseen connection',
    'ending.sequenceNumber > latestNumber',
    'ending.sequenceNumber >= latestNumber',
  ],
  [
    'a Disconnected of a lower number is that of an unseen connection',
    'ending.sequenceNumber > latestNumber',
    'ending.sequenceNumber < latestNumber',
  ],
  [
    'an unseen connection that ended before the current one began is not the later one, though two clocks may disagree',
    RULE_B,
    "isLater(current.time, ending.time, 0n) ? undefined : 'b'",
  ],
  [
    'an unseen connection that ended exactly CLOCK_SKEW before is not the later one',
    RULE_B,
    "current.time - ending.time >= clockSkew ? undefined : 'b'",
  ],
  ['an unseen connection of a higher number is the later one, however long ago it ended', RULE_B, "'b'"],
  ['an unseen connection of a higher number never shows', RULE_B, 'undefined'],
  [
    'an older connection’s loss ends the current one exactly LATE_DISCONNECT after it',
    RULE_C,
    "ending.time - current.time >= lateDisconnect ? 'c' : undefined",
  ],
  [
    'an older connection’s loss ends the current one CLOCK_SKEW after it',
    RULE_C,
    "isLater(ending.time, current.time, clockSkew) ? 'c' : undefined",
  ],
  ['an older connection’s loss ends the current one whenever it was', RULE_C, "'c'"],
  ['an older connection’s loss never ends the current one', RULE_C, 'undefined'],
  ['later by exactly so much counts as later by more', 'by === 0n || a - b > by', 'by === 0n || a - b >= by'],
  ['an equal time is later', 'a > b && (by === 0n', 'a >= b && (by === 0n'],
]);
