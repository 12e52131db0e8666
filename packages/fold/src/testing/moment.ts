import { parseTime, type Time } from '@rollcall/schema';

/** A time of the stories' day, such as `12:00:00` or `12:00:30.0000001` (UTC), or any RFC 3339 time, or ticks. */
export type Moment = string | Time;

const DAY_OF_THE_STORIES = '2026-03-02';
const TICKS_PER_SECOND = 10_000_000n;

export const NOON = '12:00:00';

/** Spans in seconds. */
export const MINUTES = 60;
export const HOURS = 60 * MINUTES;
export const DAYS = 24 * HOURS;

export function at(moment: Moment): Time {
  if (typeof moment === 'bigint') return moment;
  const time = parseTime(/^\d\d:/.test(moment) ? `${DAY_OF_THE_STORIES}T${moment}Z` : moment);
  if (time === undefined) throw new TypeError(`not a time: ${moment}`);
  return time;
}

/** So many whole seconds after a moment, or before it if negative: `after(2 * DAYS)`. */
export function after(seconds: number, moment: Moment = NOON): Time {
  return (at(moment) + BigInt(seconds) * TICKS_PER_SECOND) as Time;
}

/** The tick after a moment: the nearest that two times can lie apart, 100 ns. */
export function justAfter(moment: Moment): Time {
  return (at(moment) + 1n) as Time;
}

export function justBefore(moment: Moment): Time {
  return (at(moment) - 1n) as Time;
}
