export { binaryModeAttributes, type Properties } from './binary-mode.ts';
export { jsonInteger, parseJson, stringifyJson } from './json.ts';
export {
  type Attributes,
  type ClientCreatedOrUpdated,
  type ClientDeleted,
  DISCONNECTION_REASONS,
  EVENT_TYPES,
  LifecycleEvent,
  SESSION_TAKEN_OVER,
  type SessionConnected,
  type SessionDisconnected,
} from './lifecycle-event.ts';
export { readLooseTime } from './loose-time.ts';
export { TOLERATED_FIELDS, type ToleratedField } from './mend-event.ts';
export {
  type ClientKey,
  clientKey,
  compareText,
  decodeName,
  encodeName,
  MAX_NAME_LENGTH,
  Name,
  parseClientKey,
  partitionOf,
  toClientKey,
} from './names.ts';
export { OFFLINE_DEADLINE, OfflineDeadline, offlineDeadlineJson } from './offline-deadline.ts';
export { type Admission, type Admitted, type Delivery, parseDelivery, type Refused } from './parse-delivery.ts';
export { type LogEvent, type ParsedRecord, parseKey, parseRecord, parseValue } from './parse-record.ts';
export { REJECTION_REASONS, type Rejection, type RejectionReason } from './rejection.ts';
export { MAX_SEQUENCE_NUMBER, MIN_SEQUENCE_NUMBER, SequenceNumber } from './sequence-number.ts';
export {
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  type ClientSnapshot,
  type DeadLetter,
  type Existence,
  type Position,
  type Presence,
  type SessionSnapshot,
  type SessionStatus,
} from './snapshot.ts';
export { splitArray } from './split-array.ts';
export {
  FOLD_VERSION,
  FoldVersionDiffers,
  readsMemoryOf,
  type SessionOfVersion1,
  type StateMemoryJson,
  StateRecord,
  type StoredOffset,
  type StoredSession,
} from './state-record.ts';
export {
  formatTime,
  parseTime,
  readTime,
  TICKS_PER_MILLISECOND,
  type Time,
  TimeText,
  timeFromMilliseconds,
  timeToMilliseconds,
} from './time.ts';
export { DEFAULT_PREFIX, type Topics, topicNames } from './topics.ts';
