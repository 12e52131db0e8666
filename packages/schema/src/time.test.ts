import { describe, expect, it } from 'vitest';
import { formatTime, parseTime, readTime, type Time, TimeText, timeFromMilliseconds, timeToMilliseconds } from './time.ts';

const normalised = (text: string): string | undefined => {
  const time = parseTime(text);
  return time === undefined ? undefined : formatTime(time);
};

describe('a time', () => {
  it('keeps the seven fraction digits that Event Grid sends', () => {
    expect(normalised('2023-07-29T01:23:49.6454046Z')).toBe('2023-07-29T01:23:49.6454046Z');
    expect(parseTime('1970-01-01T00:00:00.0000001Z')).toBe(1n);
  });

  it.each([
    ['', '0000000'],
    ['.1', '1000000'],
    ['.12', '1200000'],
    ['.123456', '1234560'],
    ['.1234567', '1234567'],
    ['.12345678', '1234567'],
    ['.123456789', '1234567'],
    ['.999999999', '9999999'],
  ])('may have any fraction up to nine digits: "%s"', (fraction, ticks) => {
    expect(normalised(`2023-07-29T01:23:49${fraction}Z`)).toBe(`2023-07-29T01:23:49.${ticks}Z`);
  });

  it.each([
    ['2023-07-29T03:23:49+02:00', '2023-07-29T01:23:49.0000000Z'],
    ['2023-07-28T19:53:49.5-05:30', '2023-07-29T01:23:49.5000000Z'],
    ['2023-07-29t01:23:49z', '2023-07-29T01:23:49.0000000Z'],
    ['2023-07-29T01:23:49-00:00', '2023-07-29T01:23:49.0000000Z'],
    ['2023-12-31T23:59:59.9999999-00:01', '2024-01-01T00:00:59.9999999Z'],
  ])('is the same moment whatever its offset and case: %s', (text, utc) => {
    expect(normalised(text)).toBe(utc);
  });

  it('knows leap years', () => {
    expect(parseTime('2024-02-29T00:00:00Z')).toBeDefined();
    expect(parseTime('2000-02-29T00:00:00Z')).toBeDefined();
    expect(parseTime('2023-02-29T00:00:00Z')).toBeUndefined();
    expect(parseTime('1900-02-29T00:00:00Z')).toBeUndefined();
  });

  it.each([
    '2023-00-29T01:23:49Z',
    '2023-13-29T01:23:49Z',
    '2023-07-00T01:23:49Z',
    '2023-07-32T01:23:49Z',
    '2023-04-31T01:23:49Z',
    '2023-07-29T24:00:00Z',
    '2023-07-29T01:60:00Z',
    '2023-07-29T01:23:60Z',
    '2023-07-29T01:23:49+24:00',
    '2023-07-29T01:23:49+01:60',
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '2023-07-29T01:23:49.Z',
    '2023-07-29T01:23:49.1234567890Z',
    '2023-07-29T01:23:49',
    '2023-07-29 01:23:49Z',
    '2023-07-29T01:23Z',
    '2023-07-29',
    ' 2023-07-29T01:23:49Z',
    'Sat, 29 Jul 2023 01:23:49 GMT',
    '1690593829',
    '',
  ])('is not "%s"', (text) => {
    expect(parseTime(text)).toBeUndefined();
    expect(TimeText.safeParse(text).error?.issues[0]?.message).toBe('expected an RFC 3339 time');
  });

  it.each([
    '0001-01-01T00:00:00.0000000Z',
    '1969-12-31T23:59:59.9999999Z',
    '1970-01-01T00:00:00.0000000Z',
    '2023-07-29T01:23:49.6454046Z',
    '9999-12-31T23:59:59.9999999Z',
  ])('is written as it was read: %s', (text) => {
    expect(normalised(text)).toBe(text);
  });

  it('that must be one, and is none, is refused', () => {
    expect(() => readTime('yesterday')).toThrow(new TypeError('"yesterday" is not an RFC 3339 time'));
  });

  it('sorts as text as it sorts as a time', () => {
    const ticks = [-621355968000000000n, -10_001n, -10_000n, -1n, 0n, 1n, 9_999n, 10_000n, 16905938296454046n, 253402300799_9999999n];
    const texts = ticks.map((time) => formatTime(time as Time));
    expect([...texts].sort()).toEqual(texts);
    expect(texts.map(parseTime)).toEqual(ticks);
  });

  it('meets the milliseconds of a clock, rounded down', () => {
    expect(formatTime(timeFromMilliseconds(1_690_593_829_645.9))).toBe('2023-07-29T01:23:49.6450000Z');
    expect(timeToMilliseconds(parseTime('2023-07-29T01:23:49.6459999Z') as Time)).toBe(1_690_593_829_645);
    expect(timeToMilliseconds(parseTime('1969-12-31T23:59:59.9999999Z') as Time)).toBe(-1);
  });
});
