import { mutantsOf } from '../mutant.ts';

const FORGOTTEN = 'known === undefined ? before.forgotten?.upTo : known.forgottenUpTo';
const KEEP = 'keepSessions(withSession(before.sessions, state), before.forgotten, confirmedUpTo, settings)';
const MOVED = 'if (source !== before.source) return outcome(before, { ...before, source, offset }, { before: known, after: known });';
const IS_SEEN = 'known !== undefined || kept.forgotten === before.forgotten || sessions.includes(state)';
const ORDER = 'compare(known.time, time) || compareText(known.source, source)';

export const FOLD = mutantsOf('packages/fold/src/fold.ts', [
  // What is forgotten.
  ['what a remembered session tells late is ignored once others were forgotten', FORGOTTEN, 'before.forgotten?.upTo'],
  ['an event of a session that is not remembered counts, however old', FORGOTTEN, 'known?.forgottenUpTo'],
  [
    'a session that came up before any was forgotten is measured by what was forgotten since',
    FORGOTTEN,
    'known?.forgottenUpTo ?? before.forgotten?.upTo',
  ],
  ['a session that came back hears what is older than its mark', FORGOTTEN, 'known === undefined ? before.forgotten?.upTo : undefined'],
  ['an event at the very time of the mark counts', 'event.time <= forgottenUpTo', 'event.time < forgottenUpTo'],
  ['a session that came up knows nothing of the mark', 'memory, forgottenUpTo, conclusion', 'memory, forgottenUpTo: undefined, conclusion'],
  [
    'the mark of a session rises with what is forgotten later',
    'memory, forgottenUpTo, conclusion',
    'memory, forgottenUpTo: before.forgotten?.upTo, conclusion',
  ],
  ['a client forgets what it had forgotten', KEEP, 'keepSessions(withSession(before.sessions, state), undefined, confirmedUpTo, settings)'],
  ['a session event undoes the deadline', KEEP, 'keepSessions(withSession(before.sessions, state), before.forgotten, undefined, settings)'],
  ['a deadline forgets no session', '{ ...before, sessions, forgotten, confirmedUpTo:', '{ ...before, confirmedUpTo:'],
  // A session.
  ['an event replaces what its session remembers', 'known === undefined ? news : join(known.memory, news)', 'news'],
  ['a source told by an event that is known already is not news', MOVED, ''],
  ['a client that moved to another source keeps its offset', '{ ...before, source, offset }', '{ ...before, source }'],
  ['a session that moved to another source with its client is not named', `offset }, { before: known, after: known });`, 'offset });'],
  ['a duplicate session event is stale', "remembersSession(memory, news) ? 'duplicate' : 'stale'", "'stale'"],
  ['a stale session event is a duplicate', "remembersSession(memory, news) ? 'duplicate' : 'stale'", "'duplicate'"],
  [
    'a session keeps the offset of its first event',
    'conclude(memory, settings), offset }',
    'conclude(memory, settings), offset: known?.offset ?? offset }',
  ],
  ['a session event does not tell the source', 'client, source, sessions, forgotten', 'client, source: before.source, sessions, forgotten'],
  [
    'a session event does not move the offset of its client',
    'confirmedUpTo, presence, offset };',
    'confirmedUpTo, presence, offset: before.offset };',
  ],
  ['a session that is forgotten as it comes up is told', IS_SEEN, 'true'],
  [
    'a known session that ends and is forgotten at once is not told',
    IS_SEEN,
    'kept.forgotten === before.forgotten || sessions.includes(state)',
  ],
  ['a session that comes up as another is forgotten is not told', IS_SEEN, 'known !== undefined || kept.forgotten === before.forgotten'],
  ['dropped connected sessions are not counted', ': undefined, evicted);', ': undefined);'],
  // A resource.
  [
    'a source told by a resource event that is known already is not news',
    'resource === before.resource && source === before.source',
    'resource === before.resource',
  ],
  [
    'a resource event of the known source is no news',
    'resource === before.resource && source === before.source',
    'source === before.source',
  ],
  ['a duplicate resource event is stale', "remembersResource(resource, news) ? 'duplicate' : 'stale'", "'stale'"],
  ['a stale resource event is a duplicate', "remembersResource(resource, news) ? 'duplicate' : 'stale'", "'duplicate'"],
  ['a resource event does not tell the source', '{ ...before, source, resource, offset }', '{ ...before, resource, offset }'],
  ['a resource event does not move the offset', '{ ...before, source, resource, offset }', '{ ...before, source, resource }'],
  ['a Deleted is not heard', 'foldResource(before, event, rememberDeleted(event), offset)', 'foldResource(before, event, {}, offset)'],
  [
    'a resource event makes sessions old',
    '{ ...before, source, resource, offset }',
    '{ ...before, source, resource, offset, sessions: before.sessions.filter(({ memory }) => memory.newestDisconnected.time > event.time - 6_048_000_000_000n) }',
  ],
  // A deadline.
  ['a deadline that is known already is remembered again', 'latestEnding <= confirmedUpTo', 'latestEnding < confirmedUpTo'],
  [
    'an earlier deadline takes back a later one',
    'confirmedUpTo !== undefined && latestEnding <= confirmedUpTo',
    'latestEnding === confirmedUpTo',
  ],
  ['a duplicate deadline is stale', "latestEnding === confirmedUpTo ? 'duplicate' : 'stale'", "'stale'"],
  ['a stale deadline is a duplicate', "latestEnding === confirmedUpTo ? 'duplicate' : 'stale'", "'duplicate'"],
  [
    'a deadline shows only with the next session event',
    'keepSessions(before.sessions, before.forgotten, latestEnding, settings)',
    'keepSessions(before.sessions, before.forgotten, confirmedUpTo, settings)',
  ],
  [
    'after a deadline, a forgotten Connected is no successor',
    'keepSessions(before.sessions, before.forgotten, latestEnding, settings)',
    'keepSessions(before.sessions, undefined, latestEnding, settings)',
  ],
  ['a deadline is forgotten by the next session event', 'confirmedUpTo: latestEnding,', ''],
  ['a deadline does not move the offset', 'confirmedUpTo: latestEnding, presence, offset }', 'confirmedUpTo: latestEnding, presence }'],
  // What it comes to.
  ['a change of details alone is only remembered', 'if (kinds === undefined)', 'if (kinds === undefined || kinds.length === 0)'],
  ['what shows nowhere is a change of details', 'const kinds = changesBetween(', 'const kinds = [] ?? changesBetween('],
  ['a change of a session does not name it', 'return session === undefined\n', 'return true\n'],
  // The source.
  ['the source of the last event that came counts', 'if (order >= 0) return known;', ''],
  ['the source of the first event that came counts', 'if (order >= 0) return known;', 'return known;'],
  ['the source known already is news', 'if (order >= 0) return known;', 'if (order > 0) return known;'],
  ['of two events of one time, the source that came first counts', ORDER, 'compare(known.time, time)'],
  ['the greater source counts, whatever its time', ORDER, 'compareText(known.source, source)'],
  ['sources compare by UTF-16', ORDER, 'compare(known.time, time) || (known.source < source ? -1 : known.source > source ? 1 : 0)'],
]);
