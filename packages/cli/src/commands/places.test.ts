import { expect, it } from 'vitest';
import { parseEnd, parsePosition, parseStart } from './places.ts';

it.each([
  { text: '2026-11-20T10:00:00.5Z', time: '2026-11-20T10:00:00.5Z' },
  { text: '2026-11-20T10:00Z', time: '2026-11-20T10:00:00Z' },
  { text: '2026-11-20T10:00+01:00', time: '2026-11-20T10:00:00+01:00' },
])('takes $text for a time', ({ text, time }) => {
  expect([parseStart(text), parseEnd(text)]).toEqual([{ time }, { time }]);
});

it('begins with the record that a position names, and ends after it', () => {
  expect(parseStart('0:17,1:9223372036854775806')).toEqual({ offsets: { 0: '17', 1: '9223372036854775806' } });
  expect(parseEnd('0:17,1:9223372036854775806')).toEqual({ offsets: { 0: '18', 1: '9223372036854775807' } });
});

it.each(['', 'yesterday', '2026-11-20', '2026-11-20T25:00Z', '17', '0:17,', '0:x', '0:-1'])('takes "%s" for no place', (text) => {
  expect(() => parseStart(text)).toThrow('expected a time such as');
});

it('takes a partition and an offset for a position', () => {
  expect(parsePosition('2:17')).toEqual({ partition: 2, offset: '17' });
  expect(() => parsePosition('2026-11-20T10:00Z')).toThrow('expected PARTITION:OFFSET');
});
