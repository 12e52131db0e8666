import { describe, expect, it } from 'vitest';
import { details, printable, table } from './table.ts';

describe('a table', () => {
  it('is aligned by what a terminal shows, not by what a string counts', () => {
    const shown = table(
      ['NAME', 'STATUS'],
      [
        ['plain', 'x'],
        ['日本', 'x'],
        ['👩‍👩‍👧', 'x'],
        ['e\u0301', 'x'],
      ],
    );
    expect(shown.split('\n')).toEqual(['NAME   STATUS', 'plain  x', '日本   x', '👩‍👩‍👧     x', 'e\u0301      x']);
  });

  it('is only its header where there are no rows', () => {
    expect(table(['A', 'B'], [])).toBe('A  B');
  });

  it('stays aligned where cells are painted, and paints names as harmlessly', () => {
    const shown = table(
      ['NAME', 'X'],
      [[{ text: 'a\u001b', meaning: 'good' }, '1']],
      (meaning, text) => `\u001b[${meaning.length}m${text}\u001b[0m`,
    );
    expect(shown).toBe('\u001b[7mNAME\u001b[0m     \u001b[7mX\u001b[0m\n\u001b[4ma\\u{1b}\u001b[0m  1');
  });

  it('lets no name move the cursor, colour the terminal or break the line', () => {
    const shown = table(['NAME'], [['a\u001b[31mred\nline\r\u0007\u202e']]);
    expect(shown).toBe('NAME\na\\u{1b}[31mred\\u{a}line\\u{d}\\u{7}\\u{202e}');
  });
});

it('makes lone surrogates and unassigned characters visible, and leaves emoji whole', () => {
  expect(printable('\ud800 \u{e0001} 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽 ❤️')).toBe('\\u{d800} \\u{e0001} 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽 ❤️');
});

it('sets labels before values', () => {
  expect(
    details([
      ['client', 'a\tb'],
      ['since', '-'],
      ['empty', ''],
    ]),
  ).toBe('client  a\\u{9}b\nsince   -\nempty');
});
