export { LogUnavailable } from '@rollcall/log';
export type { Change, ChangeKind, ClientSnapshot, DeadLetter, Position, Presence, SessionSnapshot, SessionStatus } from '@rollcall/schema';
export {
  type ClientView,
  CursorInvalid,
  type ListFilter,
  type NamespaceCounts,
  NoSnapshots,
  type Page,
  PartitionRestoring,
  RedisUnavailable,
} from '@rollcall/snapshots';
export type { FoldOptions } from './fold-options.ts';
export { Rollcall, type RollcallOptions } from './rollcall.ts';
