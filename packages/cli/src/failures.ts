import {
  CursorInvalid,
  FoldVersionDiffers,
  GenerationBegunOtherwise,
  GenerationBusy,
  LayoutOutdated,
  LogCut,
  LogUnavailable,
  NoSnapshots,
  NothingToSwitchTo,
  PartitionRestoring,
  PartitionUnknown,
  PlaceInvalid,
  PositionUnknown,
  RebuildInterrupted,
  RedisUnavailable,
  RedisUrlInvalid,
  SnapshotsBehind,
  SnapshotsBehindActive,
} from '@rollcall/client';
import { ConfigInvalid } from '@rollcall/service';
import { PublishFailed } from './publish-failed.ts';
import { NotEvents } from './read-events.ts';

/** What was asked for is not there. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** An argument that nothing can be done with, such as a file that cannot be read. */
export class ArgumentInvalid extends Error {
  override readonly name = 'ArgumentInvalid';
}

/** Exit codes, the same for every command. */
export const NOT_FOUND = 1;
export const USAGE = 2;
export const UNREACHABLE = 3;
export const FAULT = 70;

interface Failure {
  readonly exitCode: number;
  /** What to do about it, where the error's own message does not say. */
  readonly advice?: string;
}

const FAILURES = new Map<new (...args: never) => Error, Failure>([
  [NotFound, { exitCode: NOT_FOUND }],
  [ArgumentInvalid, { exitCode: USAGE }],
  [ConfigInvalid, { exitCode: USAGE, advice: 'the variables are listed by rollcall --help' }],
  [CursorInvalid, { exitCode: USAGE, advice: 'begin again without --cursor' }],
  [PartitionUnknown, { exitCode: USAGE }],
  [PlaceInvalid, { exitCode: USAGE }],
  [PositionUnknown, { exitCode: USAGE }],
  [LogCut, { exitCode: NOT_FOUND, advice: 'begin with --from earliest for what is kept' }],
  [NotEvents, { exitCode: USAGE, advice: 'nothing was sent' }],
  [NothingToSwitchTo, { exitCode: NOT_FOUND }],
  [GenerationBegunOtherwise, { exitCode: USAGE }],
  [GenerationBusy, { exitCode: USAGE }],
  [RedisUrlInvalid, { exitCode: USAGE, advice: 'check REDIS_URL' }],
  [RedisUnavailable, { exitCode: UNREACHABLE, advice: 'check REDIS_URL, or start the local stack' }],
  [LogUnavailable, { exitCode: UNREACHABLE, advice: 'check KAFKA_BROKERS, or start the local stack' }],
  [NoSnapshots, { exitCode: UNREACHABLE, advice: 'check REDIS_URL and TOPIC_PREFIX' }],
  [LayoutOutdated, { exitCode: UNREACHABLE }],
  [PartitionRestoring, { exitCode: UNREACHABLE }],
  [SnapshotsBehind, { exitCode: UNREACHABLE }],
  [FoldVersionDiffers, { exitCode: UNREACHABLE }],
  [RebuildInterrupted, { exitCode: UNREACHABLE }],
  [SnapshotsBehindActive, { exitCode: UNREACHABLE }],
  [PublishFailed, { exitCode: UNREACHABLE, advice: 'check EVENTHUBS_CONNECTION_STRING and EVENTHUBS_NAME, or start the local stack' }],
]);

/** The exit code and the line for an error that is expected to happen; undefined for one that is a fault of the program. */
export function explain(error: unknown): { readonly exitCode: number; readonly line: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const failure = FAILURES.get(error.constructor as new () => Error);
  if (failure === undefined) return undefined;
  const advice = failure.advice === undefined ? '' : `; ${failure.advice}`;
  return { exitCode: failure.exitCode, line: `rollcall: ${error.message}${advice}`.replaceAll(/\s*\n\s*/g, ' ') };
}
