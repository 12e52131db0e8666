import { mutantsOf } from '../mutant.ts';

const BY_NAME = '.sort((a, b) => compareText(a.session, b.session))';
const KEEP = 'keepSessions(remembered, memory.forgotten, confirmedUpTo, settings)';

export const CLIENT = mutantsOf('packages/fold/src/client.ts', [
  ['a client of which nothing is known has seen the first event of the log', 'offset: -1n', 'offset: 0n'],
  ['the session first by name is added again by each event', 'if (at >= 0)', 'if (at > 0)'],
  ['a known session stays as it was', 'return sessions.with(at, state)', 'return sessions'],
  ['sessions stand in the order in which they came', 'after < 0 ? sessions.length : after', 'sessions.length'],
  ['the last session by name is put first', 'after < 0 ? sessions.length : after', 'after < 0 ? 0 : after'],
  ['sessions stand in the order of UTF-16', 'compareText(session, state.session) > 0', 'session > state.session'],
  ['restored sessions stand as they were stored', BY_NAME, ''],
  ['restored sessions stand in the order of UTF-16', BY_NAME, '.sort((a, b) => (a.session < b.session ? -1 : 1))'],
  [
    'a session that came back has no mark when it is restored',
    '      forgottenUpTo,\n      conclusion',
    '      forgottenUpTo: undefined,\n      conclusion',
  ],
  ['restored sessions have the offset of their client', 'offset: at,', 'offset,'],
  ['a restored client knows nothing of what it forgot', KEEP, 'keepSessions(remembered, undefined, confirmedUpTo, settings)'],
  ['a restored client is not confirmed offline', KEEP, 'keepSessions(remembered, memory.forgotten, undefined, settings)'],
  [
    'a restored client forgets nothing',
    KEEP,
    '{ ...keepSessions(remembered, memory.forgotten, confirmedUpTo, settings), sessions: remembered }',
  ],
  [
    'a restored client has not forgotten what it drops',
    KEEP,
    '{ ...keepSessions(remembered, memory.forgotten, confirmedUpTo, settings), forgotten: memory.forgotten }',
  ],
  [
    'a restored client has no source',
    'client, source, sessions, forgotten, resource, confirmedUpTo, presence, offset };',
    'client, source: undefined, sessions, forgotten, resource, confirmedUpTo, presence, offset };',
  ],
  [
    'a restored client forgets its deadline',
    'resource, confirmedUpTo, presence, offset };',
    'resource, confirmedUpTo: undefined, presence, offset };',
  ],
]);
