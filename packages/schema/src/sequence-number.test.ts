import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';
import { MAX_SEQUENCE_NUMBER, MIN_SEQUENCE_NUMBER, SequenceNumber } from './sequence-number.ts';

const read = (json: string): bigint | undefined => SequenceNumber.safeParse(parseJson(json)).data;

describe('a sequence number', () => {
  it('comes as a JSON number or as a decimal string', () => {
    expect(read('1')).toBe(1n);
    expect(read('"1"')).toBe(1n);
    expect(read('0')).toBe(0n);
    expect(read('"007"')).toBe(7n);
    expect(read('-5')).toBe(-5n);
    expect(read('"-5"')).toBe(-5n);
  });

  it('keeps the edges of int64 to the last digit, as a number and as a string', () => {
    for (const edge of [MAX_SEQUENCE_NUMBER, MIN_SEQUENCE_NUMBER]) {
      expect(read(`${edge}`)).toBe(edge);
      expect(read(`"${edge}"`)).toBe(edge);
    }
    expect(MAX_SEQUENCE_NUMBER).toBe(9223372036854775807n);
    expect(MIN_SEQUENCE_NUMBER).toBe(-9223372036854775808n);
  });

  it.each(['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740993'])(
    'is exact where a double begins to round: %s',
    (number) => {
      expect(read(number)).toBe(BigInt(number));
      expect(read(`"${number}"`)).toBe(BigInt(number));
    },
  );

  it('is refused beyond int64', () => {
    for (const beyond of ['9223372036854775808', '-9223372036854775809', '1e19', '99999999999999999999999999']) {
      expect(read(beyond)).toBeUndefined();
      expect(read(`"${beyond}"`)).toBeUndefined();
    }
  });

  it('may be written with an exponent, as JSON allows, as long as it is an exact integer', () => {
    expect(read('1e3')).toBe(1000n);
    expect(read('1.0')).toBe(1n);
    expect(read('-0')).toBe(0n);
    expect(read('"-0"')).toBe(0n);
  });

  it.each(['1.5', '"1.5"', '"1e3"', '""', '" 1"', '"+1"', '"0x10"', '"one"', 'true', 'null', '[1]', '{}'])('is not %s', (json) => {
    expect(read(json)).toBeUndefined();
  });
});
