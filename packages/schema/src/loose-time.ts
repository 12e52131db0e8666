import { parseTime } from './time.ts';

/** Longer is no time, in UTF-16 units. */
const MAX_LENGTH = 64;

const LOOSE = /^\s*(\d{4}-\d\d-\d\d)[Tt ]+(\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?\s*(?:([Zz]|UTC|GMT)|([+-]\d\d)(?::?(\d\d))?)?\s*$/;

/** The RFC 3339 text of a time as others write it: without a zone it is UTC; a space may stand for the T, the seconds may be missing, the
 *  fraction may have more than nine digits. What is RFC 3339 already stays as it is. Undefined if it is no time. */
export function readLooseTime(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined;
  if (parseTime(value) !== undefined) return value;
  const [, date, minute, second = ':00', fraction, , hours, minutes = '00'] = LOOSE.exec(value) ?? [];
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const text = `${date}T${minute}${second}${fraction === undefined ? '' : `.${fraction.slice(0, 9)}`}${zone}`;
  return parseTime(text) === undefined ? undefined : text;
}
