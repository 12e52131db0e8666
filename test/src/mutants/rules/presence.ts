import { mutantsOf } from '../mutant.ts';

const ROLL_UP = 'earliestConnected ?? earliestOpenTakeOver(sessions, forgottenConnected, confirmedUpTo, settings)';
const IS_OPEN = 'successor === undefined || isLater(ending.time, successor, clockSkew)';

export const PRESENCE = mutantsOf('packages/fold/src/presence.ts', [
  [
    'the latest ending is that of the first session by name',
    'latestEnding = latestEnding === undefined ? ending : newestDisconnectedOf(latestEnding, ending)',
    'latestEnding ??= ending',
  ],
  [
    'the latest ending is that of the last session by name',
    'latestEnding = latestEnding === undefined ? ending : newestDisconnectedOf(latestEnding, ending)',
    'latestEnding = ending',
  ],
  ['one connected session counts, whatever their number', 'connectedSessions++', 'connectedSessions = 1'],
  [
    'a client is online since its latest connection',
    'least(earliestConnected, connected.time)',
    'greatest(earliestConnected, connected.time)',
  ],
  [
    'a client is online since the connection of its first session by name',
    'least(earliestConnected, connected.time)',
    'earliestConnected ?? connected.time',
  ],
  ['a take-over keeps nobody online', ROLL_UP, 'earliestConnected'],
  [
    'an open take-over gives since, though a session is connected',
    ROLL_UP,
    'earliestOpenTakeOver(sessions, forgottenConnected, confirmedUpTo, settings) ?? earliestConnected',
  ],
  [
    'for presence, a Connected that was forgotten is no successor',
    ROLL_UP,
    'earliestConnected ?? earliestOpenTakeOver(sessions, undefined, confirmedUpTo, settings)',
  ],
  [
    'a client stays online by a take-over that a deadline has covered',
    ROLL_UP,
    'earliestConnected ?? earliestOpenTakeOver(sessions, forgottenConnected, undefined, settings)',
  ],
  ['a client that is offline has no since', 'onlineSince ?? latestEnding?.time', 'onlineSince'],
  ['an online client is online since its latest ending', 'onlineSince ?? latestEnding?.time', 'latestEnding?.time ?? onlineSince'],
  ['a client without any session is offline', "latestEnding !== undefined ? 'offline' : 'unknown'", "'offline'"],
  ['a client whose sessions have ended is unknown', "latestEnding !== undefined ? 'offline' : 'unknown'", "'unknown'"],
  [
    'an online client is confirmed offline',
    "presence === 'offline' && since !== undefined",
    "presence !== 'unknown' && since !== undefined",
  ],
  ['any deadline confirms, also that of an earlier ending', '&& covers(confirmedUpTo, since)', '&& confirmedUpTo !== undefined'],
  ['nobody is confirmed offline', '&& covers(confirmedUpTo, since)', '&& false'],
  [
    'of several open take-overs, the latest gives since',
    'earliest = least(earliest, conclusion.ending.time)',
    'earliest = greatest(earliest, conclusion.ending.time)',
  ],
  [
    'of several open take-overs, that of the first session by name gives since',
    'earliest = least(earliest, conclusion.ending.time)',
    'earliest ??= conclusion.ending.time',
  ],
  ['any ending keeps its client online', 'ending?.reason !== SESSION_TAKEN_OVER ||', 'ending === undefined ||'],
  ['a take-over that a deadline has covered is open', '|| covers(confirmedUpTo, ending.time)) continue', ') continue'],
  [
    'a take-over that a deadline has covered hides the open ones after it',
    'covers(confirmedUpTo, ending.time)) continue',
    'covers(confirmedUpTo, ending.time)) break',
  ],
  ['the Connected of the same session is a successor', 'session === connects.session ? connects.ofOthers : connects.time', 'connects.time'],
  [
    'the newest Connected of the client is no successor of any take-over',
    'session === connects.session ? connects.ofOthers : connects.time',
    'connects.ofOthers',
  ],
  ['any Connected of another session is a successor, however old', IS_OPEN, 'successor === undefined'],
  ['a successor comes at the time of the take-over or later', IS_OPEN, 'successor === undefined || isLater(ending.time, successor, 0n)'],
  [
    'a Connected exactly CLOCK_SKEW before the take-over is no successor',
    IS_OPEN,
    'successor === undefined || ending.time - successor >= clockSkew',
  ],
  [
    'a take-over of the only session that ever connected keeps nobody online',
    IS_OPEN,
    'successor !== undefined && isLater(ending.time, successor, clockSkew)',
  ],
  ['no Connected is a successor', IS_OPEN, 'true'],
  [
    'among the Connecteds, those that were forgotten do not count',
    'let newest: NewestConnects = { time: forgotten }',
    'let newest: NewestConnects = {}',
  ],
  [
    'a forgotten Connected hides the newer ones',
    'if (newest.time === undefined || time > newest.time)',
    'if (newest.time === undefined || (newest.session !== undefined && time > newest.time))',
  ],
  [
    'the Connected that a session concludes is the successor, not its newest',
    'session.memory.newestConnected?.time',
    'session.conclusion.connected?.time',
  ],
  [
    'the Connected of the highest number is the successor, not the newest',
    'session.memory.newestConnected?.time',
    'session.memory.latestConnected?.time',
  ],
  ['the oldest Connected is taken for the newest', '|| time > newest.time)', '|| time < newest.time)'],
  [
    'of the other sessions, the second newest Connected is not known',
    '{ session, time, ofOthers: newest.time }',
    '{ session, time, ofOthers: undefined }',
  ],
  [
    'the Connected that was the newest before is no successor',
    '{ session, time, ofOthers: newest.time }',
    '{ session, time, ofOthers: newest.ofOthers }',
  ],
  ['of the other sessions, an older Connected is not known', 'greatest(newest.ofOthers, time)', 'newest.ofOthers'],
  ['of the other sessions, the last by name is the successor', 'greatest(newest.ofOthers, time)', 'time'],
  ['a client pends while a session is connected', 'if (connectedSessions > 0 || latestEnding', 'if (latestEnding'],
  ['a client with one connected session pends', 'if (connectedSessions > 0 || latestEnding', 'if (connectedSessions > 1 || latestEnding'],
  [
    'a client pends whose latest ending a deadline has covered',
    '|| covers(confirmedUpTo, latestEnding.time)) return undefined',
    ') return undefined',
  ],
  ['a deadline does not cover an ending of its very time', 'time <= confirmedUpTo', 'time < confirmedUpTo'],
  ['the later of two times is the least', 'b < a ? b : a', 'b > a ? b : a'],
  ['the earlier of two times is the greatest', 'b > a ? b : a', 'b < a ? b : a'],
]);
