import { mutantsOf } from '../mutant.ts';

export const STATE_RECORD = mutantsOf('packages/fold/src/state-record.ts', [
  ['a record says the version before', 'FOLD_VERSION},"position"', 'FOLD_VERSION - 1},"position"'],
  ['a record says another partition', 'partition},"offset"', 'partition + 1},"offset"'],
  ['a record does not tell the source', 'source: source && { time: formatTime(source.time), source: source.source }', 'source: undefined'],
  ['a record does not tell the deadline', 'confirmedUpTo: encodeTime(confirmedUpTo)', 'confirmedUpTo: undefined'],
  ['a record does not tell what was forgotten', 'forgottenUpTo: encodeTime(forgotten?.upTo)', 'forgottenUpTo: undefined'],
  [
    'a record does not tell the forgotten Connected',
    'forgottenConnected: encodeTime(forgotten?.connected)',
    'forgottenConnected: undefined',
  ],
  ['a record does not tell the update', 'written: written && {', 'written: undefined && {'],
  ['a record does not tell the deletion', 'deleted: deleted && {', 'deleted: undefined && {'],
  ['createdOn is stored as updatedOn', 'createdOn: formatTime(written.createdOn)', 'createdOn: formatTime(written.updatedOn)'],
  ['a deadline is not read', '      confirmedUpTo,\n', ''],
  ['a source is not read', '      source,\n', ''],
  ['what was forgotten is not read', 'connected: forgottenConnected }', 'connected: forgottenConnected } && undefined'],
  ['a forgotten Connected is not read', 'connected: forgottenConnected }', 'connected: undefined }'],
  ['a mark of 1970 is not read', 'forgottenUpTo === undefined ? undefined :', '!forgottenUpTo ? undefined :'],
  ['an update is not read', '...(written && { written }),', ''],
  ['a deletion is not read', '...(deleted && { deleted })', ''],
  ['a client is read at another position', '    position.offset,\n', '    position.offset + 1n,\n'],
  ['a session of version 1 has no first time', 'firstTime: latestConnected?.firstTime', 'firstTime: undefined'],
  ['a session of version 1 has its latest time as the first', 'firstTime: latestConnected?.firstTime', 'firstTime: latestConnected?.time'],
  ['of version 1, the newest Connected is read only where it is stored', 'newestConnected: newestConnected ?? latest,', 'newestConnected,'],
  ['of version 1, the latest Connected is read as the newest', 'newestConnected: newestConnected ?? latest,', 'newestConnected: latest,'],
  [
    'of version 1, the newest Disconnected is read only where it is stored',
    'newestDisconnected: newestDisconnected ?? latestDisconnected',
    'newestDisconnected',
  ],
  [
    'of version 1, the latest Disconnected is read as the newest',
    'newestDisconnected: newestDisconnected ?? latestDisconnected',
    'newestDisconnected: latestDisconnected',
  ],
  ['a session of version 1 is read as of another event', 'forgottenUpTo: undefined, offset };', 'forgottenUpTo: undefined, offset: 0n };'],
]);

export const READS_MEMORY_OF = mutantsOf('packages/schema/src/state-record.ts', [
  ['a memory of version 0 is read', 'foldVersion >= 1 &&', 'foldVersion >= 0 &&'],
  ['a memory of version 1 is not read', 'foldVersion >= 1 &&', 'foldVersion > 1 &&'],
  ['a memory of this version is not read', 'foldVersion <= FOLD_VERSION', 'foldVersion < FOLD_VERSION'],
  ['a memory of a later version is read', ' && foldVersion <= FOLD_VERSION', ''],
]);
