import { z } from 'zod';

/** A moment in UTC as ticks of 100 ns since 1970-01-01T00:00:00Z: what Event Grid's seven fraction digits say, and a Date cannot hold. */
export type Time = bigint & { readonly [brand]: 'Time' };
declare const brand: unique symbol;

export const TICKS_PER_MILLISECOND = 10_000n;
const TICKS_PER_SECOND = 10_000_000;
const TICKS_PER_DAY = 86_400 * TICKS_PER_SECOND;
const BIG_TICKS_PER_DAY = BigInt(TICKS_PER_DAY);

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const FIRST_MILLISECOND = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MILLISECOND = Date.parse('9999-12-31T23:59:59.999Z');

/** As `formatTime` writes it, and Event Grid mostly. */
const USUAL = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{7}Z$/;

/** Times are read and written several times per event, and most are of a few days: only those are taken apart as dates. */
const MAX_DAYS = 1_000;
const startOfDay = new Map<string, bigint>();
const textOfDay = new Map<number, string>();

/** Reads RFC 3339 with any offset and 0 to 9 fraction digits; the eighth and ninth are cut off. Undefined if it is not that. */
export function parseTime(text: string): Time | undefined {
  if (!USUAL.test(text)) return parseDate(text);
  const day = text.slice(0, 11);
  const known = startOfDay.get(day);
  const start = known ?? parseDate(`${day}00:00:00Z`);
  if (start === undefined) return undefined;
  if (known === undefined) remember(startOfDay, day, start);
  const seconds = Number(text.slice(11, 13)) * 3600 + Number(text.slice(14, 16)) * 60 + Number(text.slice(17, 19));
  return (start + BigInt(seconds * TICKS_PER_SECOND + Number(text.slice(20, 27)))) as Time;
}

/** As parseTime, of what must be one. Throws TypeError. */
export function readTime(text: string): Time {
  const time = parseTime(text);
  if (time === undefined) throw new TypeError(`${JSON.stringify(text)} is not an RFC 3339 time`);
  return time;
}

function parseDate(text: string): Time | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  // A leap second is the next one: 23:59:60.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > (minute === '59' ? 60 : 59)) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const milliseconds = date.getTime() + (Number(hour) * 3600 + (Number(minute) - offset) * 60 + Number(second)) * 1000;
  if (milliseconds < FIRST_MILLISECOND || milliseconds > LAST_MILLISECOND) return undefined;
  return (BigInt(milliseconds) * TICKS_PER_MILLISECOND + BigInt(fraction.padEnd(7, '0').slice(0, 7))) as Time;
}

/** RFC 3339 in UTC, always with seven fraction digits, so that equal times are equal texts and texts sort as times. */
export function formatTime(time: Time): string {
  // What is written of an event has its time several times over.
  if (time !== latestTime) {
    latestText = textOf(time);
    latestTime = time;
  }
  return latestText;
}

let latestTime: Time | undefined;
let latestText = '';

function textOf(time: Time): string {
  let day = Number(time / BIG_TICKS_PER_DAY);
  let ticks = Number(time % BIG_TICKS_PER_DAY);
  // Before 1970 the remainder is negative.
  if (ticks < 0) {
    day--;
    ticks += TICKS_PER_DAY;
  }
  const known = textOfDay.get(day);
  const date = known ?? new Date(day * 86_400_000).toISOString().slice(0, 11);
  if (known === undefined) remember(textOfDay, day, date);
  const seconds = Math.floor(ticks / TICKS_PER_SECOND);
  const clock = `${TWO_DIGITS[Math.floor(seconds / 3600)]}:${TWO_DIGITS[Math.floor(seconds / 60) % 60]}:${TWO_DIGITS[seconds % 60]}`;
  return `${date}${clock}.${(ticks % TICKS_PER_SECOND).toString().padStart(7, '0')}Z`;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => number.toString().padStart(2, '0'));

function remember<K, V>(known: Map<K, V>, key: K, value: V): void {
  if (known.size === MAX_DAYS) known.clear();
  known.set(key, value);
}

export function timeFromMilliseconds(milliseconds: number): Time {
  return (BigInt(Math.trunc(milliseconds)) * TICKS_PER_MILLISECOND) as Time;
}

/** Whole milliseconds since 1970, rounded down: for clocks and index scores, never for order. */
export function timeToMilliseconds(time: Time): number {
  return Number((time - ticksIntoMillisecond(time)) / TICKS_PER_MILLISECOND);
}

/** Never negative, before 1970 neither: bigint's own remainder has the sign of the time. */
function ticksIntoMillisecond(time: Time): bigint {
  return ((time % TICKS_PER_MILLISECOND) + TICKS_PER_MILLISECOND) % TICKS_PER_MILLISECOND;
}

export const TimeText = z.string().transform((text, context): Time => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'expected an RFC 3339 time' });
  return z.NEVER;
});
