import { describe, expect, it } from 'vitest';
import { jsonInteger, nestsDeeperThan, parseJson, stringifyJson } from './json.ts';

describe('JSON without rounding', () => {
  it('reads an integer beyond 2^53 as a bigint, any other number as a number', () => {
    expect(parseJson('[9223372036854775807, 9007199254740991, 0.1234567890123456, 1e300]')).toEqual([
      9223372036854775807n,
      9007199254740991,
      0.1234567890123456,
      1e300,
    ]);
  });

  it('writes a bigint as a number again', () => {
    const text = '{"sequenceNumber":9223372036854775807,"small":1}';
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('writes any integer exactly, as a number', () => {
    for (const integer of [0n, -7n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      const text = stringifyJson({ offset: jsonInteger(integer) });
      expect(text).toBe(`{"offset":${integer}}`);
      expect(parseJson(text)).toEqual({ offset: jsonInteger(integer) });
    }
  });

  it('takes digits inside a string for what they are', () => {
    expect(parseJson('{"id":"9223372036854775807"}')).toEqual({ id: '9223372036854775807' });
  });

  it('keeps a __proto__ key as a key, with and without large numbers', () => {
    for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":9223372036854775807}}']) {
      const value = parseJson(text) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(stringifyJson(value)).toBe(text);
    }
  });

  it('takes the last of two equal keys', () => {
    expect(parseJson('{"n":1,"n":9223372036854775807}')).toEqual({ n: 9223372036854775807n });
    expect(parseJson('{"n":9223372036854775807,"n":1}')).toEqual({ n: 1 });
  });

  it('tells how deep a value nests, however deep', () => {
    expect(nestsDeeperThan(2, { a: { b: 1 } })).toBe(false);
    expect(nestsDeeperThan(2, { a: { b: [] } })).toBe(true);
    expect(nestsDeeperThan(0, 'text')).toBe(false);
    expect(nestsDeeperThan(64, JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toBe(true);
  });
});
