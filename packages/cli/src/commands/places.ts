import type { Place, Position } from '@rollcall/client';
import { InvalidArgumentError } from 'commander';
import { timeOf } from './options.ts';

const POSITION = /^(\d{1,9}):(\d{1,19})$/;

/** What a place is, for help. */
export const PLACE_HELP = 'a time such as 2026-11-20T10:00Z, or positions such as 0:17,1:4';

/** Parses `PARTITION:OFFSET`. */
export function parsePosition(text: string): Position {
  const [, partition, offset] = POSITION.exec(text) ?? [];
  if (partition === undefined || offset === undefined) throw new InvalidArgumentError('expected PARTITION:OFFSET, such as 2:17');
  return { partition: Number(partition), offset };
}

/** Parses where to begin: a time, or the first records of partitions, `PARTITION:OFFSET,…`. */
export function parseStart(text: string): Place {
  return parsePlace(text, 0n);
}

/** Parses where to end: a time, or the last records of partitions. What is there is still in. */
export function parseEnd(text: string): Place {
  return parsePlace(text, 1n);
}

function parsePlace(text: string, beyond: bigint): Place {
  const time = timeOf(text);
  if (time !== undefined) return { time };
  const offsets: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [, partition, offset] = POSITION.exec(part) ?? [];
    if (partition === undefined || offset === undefined) throw new InvalidArgumentError(`expected ${PLACE_HELP}`);
    offsets[Number(partition)] = (BigInt(offset) + beyond).toString();
  }
  return { offsets };
}
