import { expect, it } from 'vitest';
import { parsePlace, parsePosition } from './places.ts';

it.each([
  { text: '2026-11-20T10:00:00.5Z', place: { time: '2026-11-20T10:00:00.5Z' } },
  { text: '2026-11-20T10:00Z', place: { time: '2026-11-20T10:00:00Z' } },
  { text: '2026-11-20T10:00+01:00', place: { time: '2026-11-20T10:00:00+01:00' } },
  { text: '2:17', place: { offsets: { 2: '17' } } },
  { text: '0:17,1:9223372036854775807', place: { offsets: { 0: '17', 1: '9223372036854775807' } } },
])('takes $text for a place', ({ text, place }) => {
  expect(parsePlace(text)).toEqual(place);
});

it.each(['', 'yesterday', '2026-11-20', '2026-11-20T25:00Z', '17', '0:17,', '0:x', '0:-1'])('takes "%s" for none', (text) => {
  expect(() => parsePlace(text)).toThrow('expected a time such as');
});

it('takes a partition and an offset for a position', () => {
  expect(parsePosition('2:17')).toEqual({ partition: 2, offset: '17' });
  expect(() => parsePosition('2026-11-20T10:00Z')).toThrow('expected PARTITION:OFFSET');
});
