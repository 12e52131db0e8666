import { partitionOf } from '@rollcall/schema';
import { LogCut, PositionUnknown } from './errors.ts';
import type { Bounds, Offsets } from './offsets.ts';
import { nextOffsets, type Place } from './place.ts';

/** Where to begin: with what is committed from now on, with the oldest that is kept, or with the first record at a place. */
export type StreamStart = 'latest' | 'earliest' | Place;

export interface StartingPositions {
  readonly starts: ReadonlyMap<number, bigint>;
  /** The partitions that begin with the oldest record, whichever that is when it is read. */
  readonly oldest: ReadonlySet<number>;
}

/** The first offset to read in each partition, or in that of `key` alone. Throws PlaceInvalid, LogCut, PositionUnknown, LogUnavailable. */
export async function startingPositions(
  offsets: Offsets,
  topic: string,
  from: StreamStart,
  key: string | undefined,
): Promise<StartingPositions> {
  const bounds = await offsets.allBounds(topic);
  const wanted = key === undefined ? [...bounds.keys()].sort((a, b) => a - b) : [partitionOf(key, bounds.size)];
  const known = await knownStarts(offsets, topic, from, bounds);
  const oldest = new Set(wanted.filter((partition) => !known.has(partition)));
  return { starts: new Map(wanted.map((partition) => [partition, known.get(partition) ?? bounds.get(partition)?.start ?? 0n])), oldest };
}

async function knownStarts(
  offsets: Offsets,
  topic: string,
  from: StreamStart,
  bounds: ReadonlyMap<number, Bounds>,
): Promise<ReadonlyMap<number, bigint>> {
  if (from === 'earliest') return new Map();
  if (from === 'latest') return new Map([...bounds].map(([partition, { end }]) => [partition, end]));
  const next = await nextOffsets(offsets, topic, from, 'first');
  for (const [partition, offset] of next) checkPosition(topic, partition, offset, bounds.get(partition));
  return next;
}

/** Throws LogCut if what comes next is gone, PositionUnknown if the log does not reach so far. */
export function checkPosition(topic: string, partition: number, position: bigint, bounds: Bounds | undefined): void {
  if (bounds === undefined || position > bounds.end) throw new PositionUnknown(topic, partition, position, bounds?.end);
  if (position < bounds.start) throw new LogCut(topic, partition, position, bounds.start);
}
