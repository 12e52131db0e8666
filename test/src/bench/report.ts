import { type Spread, spreadOf } from './query/latencies.ts';

/** One figure of a run. */
export interface Column<Run> {
  /** With its unit. */
  readonly name: string;
  readonly of: (run: Run) => number;
  /** Decimal places. */
  readonly digits: number;
}

/** What a figure must reach. */
export interface Bar {
  readonly what: string;
  readonly figure: number;
  /** In words: `at least 1.5`. */
  readonly bar: string;
  readonly holds: boolean;
}

export interface Figure extends Spread {
  readonly name: string;
  readonly digits: number;
  readonly runs: readonly number[];
}

/** What was measured of one subject after the other, each figure over all runs. */
export interface Report {
  readonly title: string;
  readonly rows: readonly { readonly subject: string; readonly figures: readonly Figure[] }[];
  readonly bars: readonly Bar[];
}

export function reportOf<Run>(
  title: string,
  columns: readonly Column<Run>[],
  subjects: ReadonlyMap<string, readonly Run[]>,
  bars: readonly Bar[] = [],
): Report {
  const rows = [...subjects].map(([subject, runs]) => ({
    subject,
    figures: columns.map(({ name, of, digits }) => ({ name, digits, ...spreadOf(runs.map(of)), runs: runs.map(of) })),
  }));
  return { title, rows, bars };
}

/** The median over the runs. */
export function medianOf<Run>(runs: readonly Run[] | undefined, of: (run: Run) => number): number {
  return spreadOf((runs ?? []).map(of)).median;
}

export function atLeast(what: string, figure: number, bar: number): Bar {
  return { what, figure, bar: `at least ${bar}`, holds: figure >= bar };
}

export function atMost(what: string, figure: number, bar: number): Bar {
  return { what, figure, bar: `at most ${bar}`, holds: figure <= bar };
}

export function below(what: string, figure: number, bar: number): Bar {
  return { what, figure, bar: `under ${bar}`, holds: figure < bar };
}

/** A table in Markdown, its columns aligned, each cell `median (min–max)`; then the bars. */
export function shown({ title, rows, bars }: Report): string {
  const names = rows[0]?.figures.map(({ name }) => name) ?? [];
  const table = [['', ...names], ...rows.map(({ subject, figures }) => [subject, ...figures.map(cell)])];
  const widths = table[0]?.map((_, column) => Math.max(3, ...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head = [], ...body] = table;
  return ['', `### ${title}`, '', line(head), rule, ...body.map(line), ...shownBars(bars), ''].join('\n');
}

function shownBars(bars: readonly Bar[]): string[] {
  if (bars.length === 0) return [];
  return ['', ...bars.map(({ what, figure, bar, holds }) => `- ${what}: ${figure.toFixed(2)} (${bar})${holds ? '' : ': **missed**'}`)];
}

function cell({ median, min, max, digits }: Figure): string {
  const [middle, from, to] = [median, min, max].map((figure) => rounded(figure, digits));
  return `${middle} (${from}–${to})`;
}

function rounded(figure: number, digits: number): string {
  return figure.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
