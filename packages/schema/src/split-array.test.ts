import { describe, expect, it } from 'vitest';
import { splitArray } from './split-array.ts';

describe('an array of events', () => {
  it('is taken apart byte for byte: no number is rounded, no space, escape or duplicate key is touched', () => {
    const first = '{ "n" : 9223372036854775807,\t"n":1.0 }';
    const second = '{"s":"\\u0041\\/", "t" : [ 1 , 2 ] }';
    expect(splitArray(`\n [ ${first} ,\r\n${second}\n]\n`)).toEqual([first, second]);
  });

  it('is not misled by brackets, commas, quotes and backslashes inside strings', () => {
    const elements = ['{"a":"],[{}"}', '{"b":"\\""}', '{"c":"\\\\"}', '"[,]"', '{"\\"},{":1}'];
    expect(splitArray(`[${elements.join(',')}]`)).toEqual(elements);
  });

  it('may hold nothing', () => {
    expect(splitArray('[]')).toEqual([]);
    expect(splitArray(' [ \n ] ')).toEqual([]);
  });

  it.each(['', '  ', '{}', '{"a":[]}', '1', '"["', 'x[]'])('is not "%s"', (text) => {
    expect(splitArray(text)).toBeUndefined();
  });

  it.each([
    ['not closed', '[{"a":1},{"b":2}', ['{"a":1}', '{"b":2}']],
    ['cut inside an element', '[{"a":1},{"b":', ['{"a":1}', '{"b":']],
    ['cut inside a string', '[{"a":1},{"b":"x', ['{"a":1}', '{"b":"x']],
    ['cut after a backslash', '[{"a":"\\', ['{"a":"\\']],
    ['cut after a comma', '[{"a":1},', ['{"a":1}']],
    ['with a comma too many', '[{"a":1},,{"b":2},]', ['{"a":1}', '', '{"b":2}', '']],
    ['with something after it', '[{"a":1}] {"b":2}', ['{"a":1}', '{"b":2}']],
    ['with a brace too many', '[{"a":1},{"b":2}},{"c":3}]', ['{"a":1}', '{"b":2}},{"c":3}]']],
  ])('that is broken (%s) loses nothing and keeps what stands before the break', (_what, text, elements) => {
    expect(splitArray(text)).toEqual(elements);
  });

  it('may nest as deep as it likes', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(splitArray(`[${deep},1]`)).toEqual([deep, '1']);
  });
});
