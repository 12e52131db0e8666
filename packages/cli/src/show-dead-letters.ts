import { isUtf8 } from 'node:buffer';
import type { DeadLetter, Position, Verdict } from '@rollcall/client';
import { type Paint, plain } from './paint.ts';
import { type Cell, details, printable, table } from './table.ts';

export function showDeadLetters(letters: readonly DeadLetter[], paint: Paint = plain): string {
  return table(
    ['POSITION', 'TIME', 'REASON', 'CLIENT', 'DETAIL'],
    letters.map(({ position, time, reason, key, detail }) => [
      positionText(position),
      time,
      { text: reason, meaning: 'bad' },
      key ?? '-',
      detail,
    ]),
    paint,
  );
}

/** A letter with where it came from, and the original as far as it is text. */
export function showLetter({ position, time, reason, detail, key, from, original }: DeadLetter, paint: Paint = plain): string {
  const lines: [string, Cell][] = [
    ['position', positionText(position)],
    ['time', time],
    ['reason', { text: reason, meaning: 'bad' }],
    ['detail', detail],
    ['client', key ?? '-'],
    ...Object.entries(from).map(([name, value]): [string, Cell] => [printable(name), value]),
  ];
  const bytes = Buffer.from(original, 'base64');
  const text = isUtf8(bytes)
    ? bytes.toString().split('\n').map(printable).join('\n')
    : `${bytes.length} bytes that are no UTF-8: --raw writes them`;
  return `${details(lines, paint)}\n\n${text}`;
}

/** What is said of events that were admitted, and of those that were not. */
export interface VerdictWords {
  readonly admitted: string;
  readonly refused: string;
}

export function redriveWords(dryRun: boolean | undefined): VerdictWords {
  return { admitted: dryRun ? 'would be redriven' : 'redriven', refused: 'still refused' };
}

/** What ingest's parser says of something that it was given, a line for each event. */
export function showVerdict(origin: string, { admitted, refused }: Verdict, words: VerdictWords, paint: Paint = plain): string {
  return [
    ...admitted.map((key) => [origin, paint('good', words.admitted), printable(key)]),
    ...refused.map(({ reason, detail }) => [origin, paint('bad', `${words.refused}: ${reason}`), printable(detail)]),
  ]
    .map((line) => line.join('  '))
    .join('\n');
}

export function positionText({ partition, offset }: Position): string {
  return `${partition}:${offset}`;
}
