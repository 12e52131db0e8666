import { mutantsOf } from '../mutant.ts';

const NEWEST_CONNECTED = 'newestConnected && !sameConnected(newestConnected, latestConnected)';

export const STORED_SESSION = mutantsOf('packages/fold/src/stored-session.ts', [
  // What is stored.
  ['the number of the connection is taken for the one that shows', '(ending ?? connected).sequenceNumber', 'connected.sequenceNumber'],
  ['the latest Connected is never stored', 'const latestShown = sameConnected(latestConnected, shown)', 'const latestShown = true'],
  [
    'the latest Connected is stored, though it goes without saying',
    'const latestShown = sameConnected(latestConnected, shown)',
    'const latestShown = false',
  ],
  ['the latest Disconnected is never stored', 'sameDisconnected(latestDisconnected, ending)', 'true'],
  ['the latest Disconnected is stored, though it goes without saying', 'sameDisconnected(latestDisconnected, ending)', 'false'],
  ['the newest Disconnected is never stored', '!sameDisconnected(newestDisconnected, latestDisconnected)', 'false'],
  ['the newest Disconnected is stored, though it is the latest', '!sameDisconnected(newestDisconnected, latestDisconnected)', 'true'],
  [
    'a connected session stores connectedAt, though it is since',
    "connectedAt: status === 'disconnected' ? connectedAt : undefined",
    'connectedAt',
  ],
  [
    'a session that ended does not store when it began',
    "connectedAt: status === 'disconnected' ? connectedAt : undefined",
    'connectedAt: undefined',
  ],
  ['a counter that restarted is not stored', 'counterRestarted: counterRestarted || undefined', 'counterRestarted: undefined'],
  ['a counter that did not restart is stored', 'counterRestarted: counterRestarted || undefined', 'counterRestarted'],
  [
    'a first time is stored, though it is the latest',
    'firstTime !== undefined && firstTime !== latestConnected?.time ?',
    'firstTime !== undefined ?',
  ],
  [
    'a first time is never stored',
    'firstTime !== undefined && firstTime !== latestConnected?.time ?',
    'false && firstTime !== undefined ?',
  ],
  ['the newest Connected is never stored', NEWEST_CONNECTED, 'newestConnected && false'],
  ['the newest Connected is stored, though it is the latest', NEWEST_CONNECTED, 'newestConnected'],
  ['the reason of the latest Disconnected is not stored', 'latestDisconnected.reason : undefined', 'undefined : undefined'],
  ['the reason of the newest Disconnected is not stored', 'newestDisconnected.reason : undefined', 'undefined : undefined'],
  ['the mark of a session is not stored', 'forgottenUpTo === undefined ? undefined : formatTime(forgottenUpTo)', 'undefined'],
  // What people see of it.
  ['a stored connection does not tell when it began', "status === 'connected' ? since : stored.connectedAt", 'stored.connectedAt'],
  ['a stored session that ended began when it ended', "status === 'connected' ? since : stored.connectedAt", 'since'],
  ['a stored connection has ended', "...(status === 'disconnected' && { disconnectedAt: since }),", '...{ disconnectedAt: since },'],
  ['a stored session does not tell when it ended', "...(status === 'disconnected' && { disconnectedAt: since }),", ''],
  ['a stored session does not tell why it ended', '...(disconnectionReason !== undefined && { disconnectionReason }),', ''],
  ['a stored session does not tell whether its counter restarted', 'counterRestarted = false, offset', 'counterRestarted, offset'],
  ['large offsets are rounded', 'BigInt(offset).toString()', 'Number(offset).toString()'],
  // What is remembered of it.
  ['a session is read without its mark', 'stored.forgottenUpTo === undefined ? undefined : readTime(stored.forgottenUpTo)', 'undefined'],
  [
    'the latest Connected is read only where it is stored',
    'decodeConnected(stored.latestConnected) ?? shownConnected(stored)',
    'decodeConnected(stored.latestConnected)',
  ],
  [
    'the connection that shows is read as the latest Connected',
    'decodeConnected(stored.latestConnected) ?? shownConnected(stored)',
    'shownConnected(stored) ?? decodeConnected(stored.latestConnected)',
  ],
  [
    'a first time is read only where it is stored',
    'stored.firstConnectedAt === undefined ? latestConnected?.time :',
    'stored.firstConnectedAt === undefined ? undefined :',
  ],
  [
    'the first time is read as that of the latest Connected',
    'stored.firstConnectedAt === undefined ? latestConnected?.time : readTime(stored.firstConnectedAt)',
    'latestConnected?.time',
  ],
  [
    'the newest Connected is read only where it is stored',
    'decodeConnected(stored.newestConnected) ?? latestConnected',
    'decodeConnected(stored.newestConnected)',
  ],
  ['the latest Connected is read as the newest', 'decodeConnected(stored.newestConnected) ?? latestConnected', 'latestConnected'],
  [
    'the latest Disconnected is read only where it is stored',
    'decodeDisconnected(stored.latestDisconnected, stored.latestReason) ?? shownEnding(stored)',
    'decodeDisconnected(stored.latestDisconnected, stored.latestReason)',
  ],
  [
    'the ending that shows is read as the latest Disconnected',
    'decodeDisconnected(stored.latestDisconnected, stored.latestReason) ?? shownEnding(stored)',
    'shownEnding(stored)',
  ],
  [
    'the newest Disconnected is read only where it is stored',
    'decodeDisconnected(stored.newestDisconnected, stored.newestReason) ?? latestDisconnected',
    'decodeDisconnected(stored.newestDisconnected, stored.newestReason)',
  ],
  [
    'the latest Disconnected is read as the newest',
    'decodeDisconnected(stored.newestDisconnected, stored.newestReason) ?? latestDisconnected',
    'latestDisconnected',
  ],
  ['the ending is read as the connection', "status === 'connected' ? since : connectedAt", 'since'],
  ['a connection is read as an ending', "if (status === 'connected') return undefined;", ''],
  ['an ending is read without its reason', "reason: disconnectionReason ?? ''", "reason: ''"],
]);
