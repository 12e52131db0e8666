/**
 * Who is connected right now, since when, and if not, why: query the snapshots in Redis, subscribe to the feed in Kafka, replay the log.
 *
 * ```ts
 * import { Rollcall } from '@rollcall/client';
 *
 * await using rollcall = new Rollcall({ redisUrl: 'redis://127.0.0.1:6379', kafka: { brokers: ['127.0.0.1:9092'] } });
 * const view = await rollcall.client('myns', 'pump');
 * console.log(view?.client.presence, view?.client.since);
 * ```
 *
 * Names are case-sensitive and as they came, not encoded. Times are RFC 3339 in UTC with seven fraction digits, ticks of 100 ns. Offsets
 * and sequence numbers are int64, as decimal strings.
 *
 * @packageDocumentation
 */
export type { IgnoredReason } from '@rollcall/fold';
export {
  type Interval,
  LogCut,
  LogUnavailable,
  type Place,
  PlaceInvalid,
  PositionUnknown,
  type SaslOptions,
  type StreamStart,
} from '@rollcall/log';
export {
  type Admission,
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  type ClientSnapshot,
  type DeadLetter,
  type Existence,
  FoldVersionDiffers,
  type Position,
  type Presence,
  REJECTION_REASONS,
  type Rejection,
  type RejectionReason,
  type SessionSnapshot,
  type SessionStatus,
} from '@rollcall/schema';
export {
  type ClientId,
  type ClientView,
  CursorInvalid,
  type Freshness,
  LayoutOutdated,
  type ListFilter,
  type ListOptions,
  type NamespaceCounts,
  NoSnapshots,
  type Page,
  PartitionRestoring,
  PartitionUnknown,
  RedisUnavailable,
  RedisUrlInvalid,
  SnapshotsBehind,
} from '@rollcall/snapshots';
export type { ChangesOptions, FeedChange, WhichClients } from './changes.ts';
export type { WhoseRecords } from './client-selection.ts';
export { type DeadLetterFilter, DeadLetters, type RedrivenLetter, type RedriveOptions } from './dead-letters.ts';
export type { Feed, FeedOptions, FeedPosition } from './feed.ts';
export type { ReplayControl } from './fold-log.ts';
export type { FoldOptions } from './fold-options.ts';
export type { PastClient } from './past-clients.ts';
export type { Progress } from './progress.ts';
export type { ClientDifference, Comparison } from './rebuild/compare.ts';
export {
  GenerationBegunOtherwise,
  GenerationBusy,
  NothingToSwitchTo,
  RebuildInterrupted,
  SnapshotsBehindActive,
} from './rebuild/errors.ts';
export type { Generations, Rebuild, RebuildOptions, RebuildProgress, Rebuilt } from './rebuild/rebuild.ts';
export type { ImportOptions, Verdict } from './redrive.ts';
export type { HistoryOptions, Outcome, ReplayedEvent, ReplayOptions } from './replay.ts';
export { Rollcall, type RollcallOptions } from './rollcall.ts';
export type { PartitionStatus, Status } from './status.ts';
export type { TableEntry, TableOptions } from './table.ts';
