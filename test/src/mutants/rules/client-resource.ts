import { mutantsOf } from '../mutant.ts';

const WRITTEN_ORDER =
  'compare(a.updatedOn, b.updatedOn) || compare(a.time, b.time) || compareText(a.id, b.id) || compareText(content(a), content(b))';
const DELETED_ORDER = 'compare(a.time, b.time) || compareText(a.id, b.id) || compareText(a.clientName, b.clientName)';
const SAME_WRITTEN = 'memory.written?.id === news.written.id && memory.written.time === news.written.time';
const SAME_DELETED = 'memory.deleted?.id === news.deleted?.id && memory.deleted?.time === news.deleted?.time';
const EXISTS = "written.updatedOn > deleted.time || written.createdOn > deleted.time - COALESCED_DELETE ? 'yes' : 'no'";
const ALIKE = 'a.updatedOn === b.updatedOn && content(a) === content(b)';
const CONTENT = '[createdOn, clientName, state, attributes]';

export const CLIENT_RESOURCE = mutantsOf('packages/fold/src/client-resource.ts', [
  // A duplicate.
  ['any update of the same time is a duplicate', SAME_WRITTEN, 'memory.written?.time === news.written.time'],
  ['any update of the same id is a duplicate', SAME_WRITTEN, 'memory.written?.id === news.written.id'],
  ['any Deleted of the same time is a duplicate', SAME_DELETED, 'memory.deleted?.time === news.deleted?.time'],
  ['any Deleted of the same id is a duplicate', SAME_DELETED, 'memory.deleted?.id === news.deleted?.id'],
  // The join.
  ['the first update that came counts', 'newestWritten(a.written, b.written)', 'a.written'],
  ['the last update that came counts', 'newestWritten(a.written, b.written)', 'b.written'],
  ['a Deleted forgets the update', '(a.written ?? b.written)', 'b.written'],
  ['no update is remembered', '(a.written ?? b.written)', 'a.written'],
  ['the first Deleted that came counts', 'newestDeleted(a.deleted, b.deleted)', 'a.deleted'],
  ['the last Deleted that came counts', 'newestDeleted(a.deleted, b.deleted)', 'b.deleted'],
  ['an update forgets the Deleted', '(a.deleted ?? b.deleted)', 'b.deleted'],
  ['no Deleted is remembered', '(a.deleted ?? b.deleted)', 'a.deleted'],
  ['an update is no news', 'if (written === a.written && deleted === a.deleted)', 'if (deleted === a.deleted)'],
  ['a Deleted is no news', 'if (written === a.written && deleted === a.deleted)', 'if (written === a.written)'],
  // Existence.
  ['a client that was never updated does not exist', "deleted === undefined ? 'unknown' : 'no'", "'no'"],
  ['a client that was only deleted is unknown', "deleted === undefined ? 'unknown' : 'no'", "'unknown'"],
  ['a client that was updated before it was deleted exists', EXISTS, "'yes'"],
  ['a client that was deleted once does not exist', EXISTS, "'no'"],
  [
    'a client that was updated at the very time of its deletion exists',
    'written.updatedOn > deleted.time',
    'written.updatedOn >= deleted.time',
  ],
  ['an update after the deletion does not count', 'written.updatedOn > deleted.time ||', ''],
  ['the time of the event counts, not that of the update', 'written.updatedOn > deleted.time', 'written.time > deleted.time'],
  [
    'a client that was created exactly 5 s before it was deleted exists',
    'written.createdOn > deleted.time - COALESCED_DELETE',
    'written.createdOn >= deleted.time - COALESCED_DELETE',
  ],
  ['a client that was created just before it was deleted does not exist', ' || written.createdOn > deleted.time - COALESCED_DELETE', ''],
  [
    'a client that was updated just before it was deleted exists',
    'written.createdOn > deleted.time - COALESCED_DELETE',
    'written.updatedOn > deleted.time - COALESCED_DELETE',
  ],
  // Names and looks.
  [
    'a client has the name of its Deleted, though an update is known',
    'written?.clientName ?? deleted?.clientName',
    'deleted?.clientName ?? written?.clientName',
  ],
  ['a Deleted tells no name', 'written?.clientName ?? deleted?.clientName', 'written?.clientName'],
  [
    'where no update is known, one has changed',
    'if (a === undefined || b === undefined) return a === b',
    'if (a === undefined || b === undefined) return false',
  ],
  [
    'the first update is no change',
    'if (a === undefined || b === undefined) return a === b',
    'if (a === undefined || b === undefined) return true',
  ],
  ['a later update of the same content looks alike', ALIKE, 'content(a) === content(b)'],
  ['an update of the same time looks alike', ALIKE, 'a.updatedOn === b.updatedOn'],
  ['the time of the event shows', ALIKE, `a.time === b.time && ${ALIKE}`],
  ['the id of the event shows', ALIKE, `a.id === b.id && ${ALIKE}`],
  ['when a client was created does not show', CONTENT, '[clientName, state, attributes]'],
  ['the name of a client does not show', CONTENT, '[createdOn, state, attributes]'],
  ['the state of a client does not show', CONTENT, '[createdOn, clientName, attributes]'],
  ['the attributes of a client do not show', CONTENT, '[createdOn, clientName, state]'],
  // The newest.
  [
    'the newest update is that of the latest event',
    WRITTEN_ORDER,
    'compare(a.time, b.time) || compareText(a.id, b.id) || compareText(content(a), content(b))',
  ],
  [
    'of one updatedOn, the update of the greater id counts, whatever its time',
    WRITTEN_ORDER,
    'compare(a.updatedOn, b.updatedOn) || compareText(a.id, b.id) || compareText(content(a), content(b))',
  ],
  [
    'of one time, the update of the greater content counts, whatever its id',
    WRITTEN_ORDER,
    'compare(a.updatedOn, b.updatedOn) || compare(a.time, b.time) || compareText(content(a), content(b))',
  ],
  [
    'of one id, the update that came first counts',
    WRITTEN_ORDER,
    'compare(a.updatedOn, b.updatedOn) || compare(a.time, b.time) || compareText(a.id, b.id)',
  ],
  [
    'ids of updates compare by UTF-16',
    WRITTEN_ORDER,
    'compare(a.updatedOn, b.updatedOn) || compare(a.time, b.time) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) || compareText(content(a), content(b))',
  ],
  ['an update told again is news', `${WRITTEN_ORDER};\n  return order >= 0`, `${WRITTEN_ORDER};\n  return order > 0`],
  ['the newest Deleted is that of the greater id', DELETED_ORDER, 'compareText(a.id, b.id) || compareText(a.clientName, b.clientName)'],
  [
    'of one time, the Deleted of the greater name counts, whatever its id',
    DELETED_ORDER,
    'compare(a.time, b.time) || compareText(a.clientName, b.clientName)',
  ],
  ['of one id, the Deleted that came first counts', DELETED_ORDER, 'compare(a.time, b.time) || compareText(a.id, b.id)'],
  ['a Deleted told again is news', `${DELETED_ORDER};\n  return order >= 0`, `${DELETED_ORDER};\n  return order > 0`],
]);
