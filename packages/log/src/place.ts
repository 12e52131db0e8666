import { parseTime, timeToMilliseconds } from '@rollcall/schema';
import type { Bounds, Offsets } from './offsets.ts';

/** A place in a topic, in all its partitions. */
export type Place =
  /** The offset of the next record, by partition; decimal, as JSON has them. */
  | { readonly offsets: Readonly<Record<string, string>> }
  /** When records were appended, to the millisecond: a Date, or RFC 3339. */
  | { readonly time: Date | string };

/** What lies between two places. Times are inclusive: from the first record of that millisecond, to the last one. A partition that a place
 *  does not name is left out. */
export interface Interval {
  /** Default: the oldest that is kept. */
  readonly from?: Place | undefined;
  /** Default: the end as of now. */
  readonly to?: Place | undefined;
}

/** Not a place: no RFC 3339 time, no offset, or no partition of this topic. */
export class PlaceInvalid extends Error {
  override readonly name = 'PlaceInvalid';
}

/** What of each partition lies in the interval, as far as it is kept. Throws PlaceInvalid, LogUnavailable. */
export async function rangesOf(offsets: Offsets, topic: string, { from, to }: Interval): Promise<Map<number, Bounds>> {
  const starts = from && (await nextOffsets(offsets, topic, from, 'first'));
  const ends = to && (await nextOffsets(offsets, topic, to, 'last'));
  const bounds = await offsets.allBounds(topic);
  for (const place of [from, to]) expectPartitions(place, bounds.size);
  return new Map(
    [...bounds].map(([partition, kept]) => {
      const [first, last] = [starts ? starts.get(partition) : kept.start, ends ? ends.get(partition) : kept.end];
      if (first === undefined || last === undefined) return [partition, { start: kept.start, end: kept.start }];
      const start = clamp(first, kept);
      return [partition, { start, end: clamp(last, { start, end: kept.end }) }];
    }),
  );
}

function expectPartitions(place: Place | undefined, partitions: number): void {
  if (place === undefined || 'time' in place) return;
  const none = Object.keys(place.offsets).find((partition) => Number(partition) >= partitions);
  if (none !== undefined) throw new PlaceInvalid(`there is no partition ${none}, but 0 to ${partitions - 1}`);
}

/** `of`: before the first or after the last record of a time. */
export async function nextOffsets(
  offsets: Offsets,
  topic: string,
  place: Place,
  of: 'first' | 'last',
): Promise<ReadonlyMap<number, bigint>> {
  if ('time' in place) return offsets.at(topic, placeTime(place.time) + (of === 'last' ? 1 : 0));
  return new Map(Object.entries(place.offsets).map(([partition, offset]) => [Number(partition), parseOffset(offset)]));
}

/** Milliseconds since 1970. Throws PlaceInvalid. */
export function placeTime(time: Date | string): number {
  const parsed = time instanceof Date ? time.getTime() : timeOf(time);
  if (Number.isNaN(parsed)) throw new PlaceInvalid(`${time} is not a time in RFC 3339, such as 2026-11-20T10:00:00Z`);
  return parsed;
}

function timeOf(text: string): number {
  const time = parseTime(text);
  return time === undefined ? Number.NaN : timeToMilliseconds(time);
}

function parseOffset(text: string): bigint {
  if (!/^\d{1,19}$/.test(text)) throw new PlaceInvalid(`${text} is not an offset`);
  return BigInt(text);
}

function clamp(offset: bigint, { start, end }: Bounds): bigint {
  return offset < start ? start : offset > end ? end : offset;
}
