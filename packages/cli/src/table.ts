import stringWidth from 'string-width';

/** Columns for people, aligned by what a terminal shows. Control characters are made visible: names come from outside. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Label and value per line. */
export function details(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${label.padEnd(width)}  ${printable(value)}`.trimEnd()).join('\n');
}

export function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => (isJoiner(character) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`));
}

/** Emoji are joined and tagged by invisible characters, which are no control characters. */
function isJoiner(character: string): boolean {
  return /\u200c|\u200d|[\u{e0020}-\u{e007f}]/u.test(character);
}
