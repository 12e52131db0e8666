import { z } from 'zod';

export const MIN_SEQUENCE_NUMBER = -(2n ** 63n);
export const MAX_SEQUENCE_NUMBER = 2n ** 63n - 1n;

/** An MQTT session's own counter, int64. A JSON number or a decimal string comes in, a bigint goes on: a double rounds above 2^53. */
export const SequenceNumber = z
  .transform((value: unknown, context): bigint => {
    const number = toBigInt(value);
    if (number !== undefined && number >= MIN_SEQUENCE_NUMBER && number <= MAX_SEQUENCE_NUMBER) return number;
    context.issues.push({ code: 'custom', message: 'expected an int64 as a number or a decimal string', input: value });
    return z.NEVER;
  })
  .brand<'SequenceNumber'>();
export type SequenceNumber = z.infer<typeof SequenceNumber>;

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined;
}

/** An integer as text in other forms than the decimal one, such as ` +5`, `005` or `5.0`: longer than an int64, but not without bound. */
const LOOSE = /^\s*([+-]?)0*(\d{1,19})(?:\.0*)?\s*$/;
const MAX_LENGTH = 64;

/** The decimal text of a number that is written otherwise; what `SequenceNumber` takes, and what is no whole number, stay as they are. */
export function normaliseSequenceNumber(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || toBigInt(value) !== undefined) return value;
  const [, sign = '', digits] = LOOSE.exec(value) ?? [];
  return digits === undefined ? value : `${sign === '-' ? '-' : ''}${digits}`;
}
