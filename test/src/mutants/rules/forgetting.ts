import { mutantsOf } from '../mutant.ts';

const NOW = 'presenceOf(sessions, forgotten?.connected, confirmedUpTo, settings)';
const AFTER = 'presenceOf(kept, known?.connected, confirmedUpTo, settings)';
const AWAITED = 'openTakeOvers(sessions, forgotten?.connected, confirmedUpTo, settings)';
const DROPPED = '[...evicted, ...surplusOf(sessions, presence, awaited, settings)]';
const CONNECTED = 'filter(({ conclusion }) => conclusion.ending === undefined).sort(oldestFirst)';
const ENDED = 'sessions.filter(({ conclusion }) => conclusion.ending !== undefined).sort(oldestFirst)';
const SURPLUS = 'Math.max(0, sessions.length - presence.connectedSessions - sessionsKept)';
const IS_OLD = 'newestTime(memory) < horizon';
const NEEDED = 'awaited.slice(-OPEN_TAKE_OVERS_KEPT)';
const TIES = 'compare(newestTime(a.memory), newestTime(b.memory)) || compareText(a.session, b.session)';
const UP_TO = 'known === undefined || upTo > known.upTo ? upTo : known.upTo';
const NEWEST_CONNECT =
  'known?.connected === undefined || (connected !== undefined && connected > known.connected) ? connected : known.connected';

export const FORGETTING = mutantsOf('packages/fold/src/forgetting.ts', [
  // Presence.
  ['where nothing is dropped, a forgotten Connected is no successor', NOW, 'presenceOf(sessions, undefined, confirmedUpTo, settings)'],
  ['where nothing is dropped, no deadline counts', NOW, 'presenceOf(sessions, forgotten?.connected, undefined, settings)'],
  ['presence is drawn from the sessions that were dropped, too', AFTER, 'presence'],
  [
    'the Connecteds of the sessions just dropped are no successors',
    AFTER,
    'presenceOf(kept, forgotten?.connected, confirmedUpTo, settings)',
  ],
  ['where sessions are dropped, no deadline counts', AFTER, 'presenceOf(kept, known?.connected, undefined, settings)'],
  // Connected sessions.
  ['connected sessions are not limited', DROPPED, 'surplusOf(sessions, presence, awaited, settings)'],
  [
    '999 connected sessions are kept',
    'if (connectedSessions <= CONNECTED_SESSIONS_KEPT)',
    'if (++connectedSessions <= CONNECTED_SESSIONS_KEPT)',
  ],
  ['one connected session is dropped at a time, however many there are', 'connectedSessions - CONNECTED_SESSIONS_KEPT)', '1)'],
  ['of too many connected sessions, the first by name is dropped', CONNECTED, CONNECTED.replace('.sort(oldestFirst)', '')],
  ['of too many connected sessions, the newest is dropped', CONNECTED, CONNECTED.replace('(oldestFirst)', '((a, b) => oldestFirst(b, a))')],
  ['a session that ended is dropped in place of a connected one', CONNECTED, 'slice().sort(oldestFirst)'],
  ['ended sessions that are dropped count as evicted', 'evicted: evicted.length', 'evicted: dropped.size'],
  ['no session counts as evicted', 'evicted: evicted.length', 'evicted: 0'],
  // Ended sessions.
  ['a client of two sessions forgets neither', 'if (sessions.length < 2)', 'if (sessions.length < 3)'],
  ['SESSIONS_KEPT of 0 keeps none', 'sessionsKept === 0 ? 0 :', ''],
  ['SESSIONS_KEPT does not limit', `sessionsKept === 0 ? 0 : ${SURPLUS}`, '0'],
  ['connected sessions count for SESSIONS_KEPT', 'sessions.length - presence.connectedSessions -', 'sessions.length -'],
  ['one session more than SESSIONS_KEPT is kept', '- sessionsKept)', '- sessionsKept - 1)'],
  ['one session fewer than SESSIONS_KEPT is kept', '- sessionsKept)', '- sessionsKept + 1)'],
  ['SESSION_RETENTION of 0 keeps no session that is older than the newest', 'sessionRetention === 0n ? undefined :', ''],
  ['SESSION_RETENTION does not limit', 'newestOf(sessions) - sessionRetention', 'undefined'],
  ['a session exactly SESSION_RETENTION old is forgotten', IS_OLD, 'newestTime(memory) <= horizon'],
  [
    'only sessions that ended make others old',
    'newestOf(sessions) - sessionRetention',
    'newestOf(sessions.filter(({ conclusion }) => conclusion.ending !== undefined)) - sessionRetention',
  ],
  [
    'a session is old by its ending',
    `const isOld = ({ memory }: SessionState) => horizon !== undefined && ${IS_OLD}`,
    'const isOld = ({ conclusion: { ending } }: SessionState) => horizon !== undefined && ending !== undefined && ending.time < horizon',
  ],
  ['SESSION_RETENTION limits only where SESSIONS_KEPT does', 'tooMany === 0 && !sessions.some(isOld)', 'tooMany === 0'],
  ['SESSIONS_KEPT limits only where SESSION_RETENTION does', 'tooMany === 0 && !sessions.some(isOld)', '!sessions.some(isOld)'],
  ['a connected session is forgotten like one that ended', ENDED, '[...sessions].sort(oldestFirst)'],
  ['the first sessions by name are forgotten, not the oldest', ENDED, ENDED.replace('.sort(oldestFirst)', '')],
  ['the newest sessions are forgotten, not the oldest', ENDED, ENDED.replace('(oldestFirst)', '((a, b) => oldestFirst(b, a))')],
  [
    'the sessions that ended first are forgotten, whatever came of them since',
    ENDED,
    ENDED.replace('(oldestFirst)', '(earliestEndingFirst)'),
  ],
  ['of sessions beyond SESSIONS_KEPT, only old ones are forgotten', '(index < tooMany || isOld(session))', 'isOld(session)'],
  ['of old sessions, only those beyond SESSIONS_KEPT are forgotten', '(index < tooMany || isOld(session))', 'index < tooMany'],
  ['one session too many is forgotten', 'index < tooMany ||', 'index <= tooMany ||'],
  // Those that are needed.
  ['sessions are forgotten though presence comes from them', ' && !needed.has(session)', ''],
  [
    'old sessions are forgotten though presence comes from them',
    '(index < tooMany || isOld(session)) && !needed.has(session)',
    '(index < tooMany && !needed.has(session)) || isOld(session)',
  ],
  [
    'sessions beyond SESSIONS_KEPT are forgotten though presence comes from them',
    '(index < tooMany || isOld(session)) && !needed.has(session)',
    'index < tooMany || (isOld(session) && !needed.has(session))',
  ],
  ['sessions whose take-over waits for its successor are not kept', '[...awaited()].sort(oldestFirst)', '[]'],
  ['of too many open take-overs, the last by name are kept', '[...awaited()].sort(oldestFirst)', '[...awaited()]'],
  ['a forgotten Connected is no successor: its take-over is kept', AWAITED, 'openTakeOvers(sessions, undefined, confirmedUpTo, settings)'],
  ['a take-over that a deadline has covered is kept', AWAITED, 'openTakeOvers(sessions, forgotten?.connected, undefined, settings)'],
  ['of too many open take-overs, the oldest are kept', NEEDED, 'awaited.slice(0, OPEN_TAKE_OVERS_KEPT)'],
  ['open take-overs are not limited', NEEDED, 'awaited'],
  ['only the newest open take-over is kept', NEEDED, 'awaited.slice(-1)'],
  ['only the earliest open take-over is kept', NEEDED, 'awaited.toSorted(earliestEndingFirst).slice(0, 1)'],
  [
    'while a session is connected, open take-overs are given up',
    'if (connectedSessions > 0) return needed;',
    'if (connectedSessions > 0) return new Set();',
  ],
  ['while a session is connected, the latest ending is kept as well', 'if (connectedSessions > 0) return needed;', ''],
  [
    'while one session is connected, the latest ending is kept as well',
    'if (connectedSessions > 0) return needed;',
    'if (connectedSessions > 1) return needed;',
  ],
  ['of too many open take-overs, the one that gives since is forgotten', '.add(awaited.toSorted(earliestEndingFirst)[0])', ''],
  [
    'of too many open take-overs, the oldest session is kept, not the one that gives since',
    'awaited.toSorted(earliestEndingFirst)[0]',
    'awaited[0]',
  ],
  [
    'of too many open take-overs, the one that ended last is kept, not the one that gives since',
    'compare(a.ending.time, b.ending.time)',
    'compare(b.ending.time, a.ending.time)',
  ],
  [
    'the latest ending is forgotten, though the client is offline by it',
    '.add(ended.find(({ conclusion }) => conclusion.ending === latestEnding))',
    '',
  ],
  [
    'the newest session that ended is kept, not the latest ending',
    'ended.find(({ conclusion }) => conclusion.ending === latestEnding)',
    'ended.at(-1)',
  ],
  // What is remembered of those that were forgotten.
  ['what was forgotten before is no longer known', 'let known = forgotten;', 'let known: Forgotten | undefined;'],
  ['the mark is that of the session forgotten last', UP_TO, 'upTo'],
  ['the mark is that of the session forgotten first', UP_TO, 'known === undefined ? upTo : known.upTo'],
  ['the mark is a minimum', 'upTo > known.upTo', 'upTo < known.upTo'],
  [
    'the mark is the newest Connected',
    'const upTo = newestTime(memory);',
    'const upTo = memory.newestConnected?.time ?? newestTime(memory);',
  ],
  [
    'the mark is the newest Disconnected',
    'const upTo = newestTime(memory);',
    'const upTo = memory.newestDisconnected?.time ?? newestTime(memory);',
  ],
  [
    'the mark is the Disconnected of the highest number',
    'const upTo = newestTime(memory);',
    'const upTo = memory.latestDisconnected?.time ?? newestTime(memory);',
  ],
  ['no forgotten Connected is known', NEWEST_CONNECT, 'undefined'],
  ['the forgotten Connected is that of the session forgotten last', NEWEST_CONNECT, 'connected'],
  ['the forgotten Connected is that of the session forgotten first', NEWEST_CONNECT, 'known?.connected ?? connected'],
  ['the forgotten Connected is the oldest', 'connected > known.connected', 'connected < known.connected'],
  ['the forgotten Connected is that of the highest number', 'memory.newestConnected?.time', 'memory.latestConnected?.time'],
  ['any event of a forgotten session counts as a Connected', 'memory.newestConnected?.time', 'newestTime(memory)'],
  // Order.
  [
    'of equally old sessions, any is forgotten',
    TIES,
    'compare(newestTime(a.memory), newestTime(b.memory)) || compareText(b.session, a.session)',
  ],
  [
    'names of equally old sessions compare by UTF-16',
    TIES,
    'compare(newestTime(a.memory), newestTime(b.memory)) || (a.session < b.session ? -1 : 1)',
  ],
  ['the oldest event of a client makes sessions old', 'newestTime(memory) > newest ?', 'newestTime(memory) < newest ?'],
  ['of events before 1970, none is new', '-(2n ** 63n) as Time', '0n as Time'],
]);
