import type { Place, Position } from '@rollcall/client';
import { parseTime } from '@rollcall/schema';
import { InvalidArgumentError } from 'commander';

const POSITION = /^(\d{1,9}):(\d{1,19})$/;

/** What `--from` and `--to` take, for help. */
export const PLACE_HELP = 'a time such as 2026-11-20T10:00Z, or positions such as 0:17,1:4';

/** Parses `PARTITION:OFFSET`. */
export function parsePosition(text: string): Position {
  const [, partition, offset] = POSITION.exec(text) ?? [];
  if (partition === undefined || offset === undefined) throw new InvalidArgumentError('expected PARTITION:OFFSET, such as 2:17');
  return { partition: Number(partition), offset };
}

/** Parses a time, or the next offsets of partitions: `PARTITION:OFFSET,…`. */
export function parsePlace(text: string): Place {
  const time = timeOf(text);
  if (time !== undefined) return { time };
  const positions = text.split(',').map((part) => POSITION.exec(part));
  if (positions.includes(null)) throw new InvalidArgumentError(`expected ${PLACE_HELP}`);
  return { offsets: Object.fromEntries(positions.map((position) => [position?.[1], position?.[2]])) };
}

/** RFC 3339; the seconds may be left out. Undefined if it is no time. */
function timeOf(text: string): string | undefined {
  const whole = text.replace(/^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d)(?=[Zz+-])/, '$1:00');
  return parseTime(whole) === undefined ? undefined : whole;
}
