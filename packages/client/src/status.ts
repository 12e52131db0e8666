import { LogUnavailable } from '@rollcall/log';
import { type DeadLetter, formatTime, timeFromMilliseconds } from '@rollcall/schema';
import { type GenerationsStanding, NoSnapshots, type RebuildStore, RedisUnavailable } from '@rollcall/snapshots';
import { type LogSources, type LogStanding, logStanding } from './log-standing.ts';

/** How far each stage is. What only Kafka or only Redis knows is absent where that does not answer. */
export interface Status {
  /** How far each stage is behind the one before it. */
  readonly behind: {
    /** Event Hubs → `rollcall.events`: how long the newest event took from its arrival in the one to the other, in milliseconds. */
    readonly arrival?: number;
    /** `rollcall.events` → projectors: events that are not projected yet. */
    readonly projectors?: number;
    /** Projectors → Redis: events that are projected and not applied yet; partitions that are being restored aside. */
    readonly redis?: number;
  };
  /** The partitions of the topics, in the order of their numbers. */
  readonly partitions: readonly PartitionStatus[];
  /** Log time of the newest event. */
  readonly lastEvent?: string;
  /** What could not be read. */
  readonly deadLetters?: {
    /** Offsets that `rollcall.dead-letters` keeps: letters, and the marks of the transactions that wrote some of them. */
    readonly count: number;
    readonly last?: Pick<DeadLetter, 'position' | 'time' | 'reason'>;
  };
  /** Which generation readers use, and which one is beside it. */
  readonly generations?: { readonly active: number; readonly other?: { readonly number: number; readonly status: string } };
  /** Why something is absent: LogUnavailable, RedisUnavailable or NoSnapshots. */
  readonly errors: readonly Error[];
}

/** One partition. Offsets are decimal strings. */
export interface PartitionStatus {
  /** Its number. */
  readonly partition: number;
  /** The first offset of `rollcall.events` that is kept. */
  readonly start?: string;
  /** The offset of the event that will be logged next. */
  readonly end?: string;
  /** Log time of its newest event. */
  readonly lastEvent?: string;
  /** The next offset to project; absent if nothing was projected yet. */
  readonly committed?: string;
  /** The next offset to apply in the generation that readers use, or `restoring`; absent if it was never written. */
  readonly watermark?: string;
  /** The same of the generation beside it. */
  readonly otherWatermark?: string;
}

/** Asks Kafka and Redis, and never fails because one of them does not answer. */
export async function statusOf({ store, ...sources }: LogSources & { readonly store: RebuildStore }): Promise<Status> {
  const [kafka, redis] = await Promise.allSettled([logStanding(sources), store.standing()]);
  const errors = [kafka, redis].flatMap((answer) => (answer.status === 'rejected' ? [expected(answer.reason)] : []));
  const log = kafka.status === 'fulfilled' ? kafka.value : undefined;
  const snapshots = redis.status === 'fulfilled' ? redis.value : undefined;
  const partitions = partitionsOf(log, snapshots);
  const lastEvent = partitions.reduce((last, partition) => (last > (partition.lastEvent ?? '') ? last : (partition.lastEvent ?? '')), '');
  return {
    behind: {
      ...(log?.arrival !== undefined && { arrival: log.arrival }),
      ...(log && { projectors: sum(partitions, ({ start, end, committed }) => difference(end, committed ?? start)) }),
      ...(log && snapshots && { redis: sum(partitions, ({ committed, watermark }) => difference(committed, watermark)) }),
    },
    partitions,
    ...(lastEvent !== '' && { lastEvent }),
    ...(log && { deadLetters: log.deadLetters }),
    ...(snapshots && { generations: generationsOf(snapshots) }),
    errors,
  };
}

function expected(error: unknown): Error {
  if (error instanceof LogUnavailable || error instanceof RedisUnavailable || error instanceof NoSnapshots) return error;
  throw error;
}

function partitionsOf(log: LogStanding | undefined, snapshots: GenerationsStanding | undefined): PartitionStatus[] {
  const count = Math.max(log?.bounds.size ?? 0, snapshots?.watermarks.length ?? 0);
  return Array.from({ length: count }, (_, partition) => {
    const bounds = log?.bounds.get(partition);
    const newest = log?.newest.get(partition);
    const committed = log?.committed.get(partition);
    const watermark = snapshots?.watermarks[partition];
    const otherWatermark = snapshots?.other?.watermarks[partition];
    return {
      partition,
      ...(bounds && { start: String(bounds.start), end: String(bounds.end) }),
      ...(newest && { lastEvent: formatTime(timeFromMilliseconds(newest.timestamp)) }),
      ...(committed !== undefined && { committed: String(committed) }),
      ...(watermark !== undefined && { watermark: String(watermark) }),
      ...(otherWatermark !== undefined && { otherWatermark: String(otherWatermark) }),
    };
  });
}

function generationsOf({ active, other }: GenerationsStanding): NonNullable<Status['generations']> {
  return { active, ...(other && { other: { number: other.number, status: other.status } }) };
}

function sum(partitions: readonly PartitionStatus[], behind: (partition: PartitionStatus) => number): number {
  return partitions.reduce((total, partition) => total + behind(partition), 0);
}

/** 0 where one is not known, or is no offset. */
function difference(ahead: string | undefined, behind: string | undefined): number {
  if (ahead === undefined || behind === undefined || behind === 'restoring') return 0;
  return Math.max(0, Number(BigInt(ahead) - BigInt(behind)));
}
