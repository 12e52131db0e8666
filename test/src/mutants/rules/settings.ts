import { mutantsOf } from '../mutant.ts';

export const SETTINGS = mutantsOf('packages/fold/src/settings.ts', [
  ['a second has a million ticks', 'const TICKS_PER_SECOND = 10_000_000n', 'const TICKS_PER_SECOND = 1_000_000n'],
  ['two clocks may disagree by 31 s', 'clockSkew: 30n *', 'clockSkew: 31n *'],
  ['a loss may be found a second more than an hour late', 'lateDisconnect: 3600n *', 'lateDisconnect: 3601n *'],
  ['a client keeps 101 sessions that ended', 'sessionsKept: 100,', 'sessionsKept: 101,'],
  ['a session that ended is kept for 8 days', '7n * 86_400n', '8n * 86_400n'],
  ['a client keeps 1,001 connected sessions', 'CONNECTED_SESSIONS_KEPT = 1_000', 'CONNECTED_SESSIONS_KEPT = 1_001'],
  ['a client keeps 101 sessions with an open take-over', 'OPEN_TAKE_OVERS_KEPT = 100', 'OPEN_TAKE_OVERS_KEPT = 101'],
  ['a client deleted within 6 s of its creation yields only Deleted', 'COALESCED_DELETE = 5n', 'COALESCED_DELETE = 6n'],
]);
