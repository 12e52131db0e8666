import stringWidth from 'string-width';
import { type Meaning, type Paint, plain } from './paint.ts';

/** A text, or a text and what it means. */
export type Cell = string | { readonly text: string; readonly meaning: Meaning };

/** Columns for people, aligned by what a terminal shows. Control characters are made visible: names come from outside. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint = plain): string {
  const lines = [header.map((text): Cell => ({ text, meaning: 'heading' })), ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const padded = (cell: Cell, column: number) => painted(cell, paint) + ' '.repeat((widths[column] ?? 0) - widthOf(cell));
  return lines.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
}

/** Label and value per line. */
export function details(pairs: readonly (readonly [label: string, value: Cell])[], paint: Paint = plain): string {
  const width = Math.max(...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${paint('aside', label.padEnd(width))}  ${painted(value, paint)}`.trimEnd()).join('\n');
}

export function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => (isJoiner(character) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`));
}

/** A cell as it is shown. */
export function painted(cell: Cell, paint: Paint): string {
  return typeof cell === 'string' ? printable(cell) : paint(cell.meaning, printable(cell.text));
}

function widthOf(cell: Cell): number {
  return stringWidth(painted(cell, plain));
}

/** Emoji are joined and tagged by invisible characters, which are no control characters. */
function isJoiner(character: string): boolean {
  return /\u200c|\u200d|[\u{e0020}-\u{e007f}]/u.test(character);
}
