import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Faults } from './storm.ts';
import type { Verdict } from './verdict.ts';

/** What became of one seed. */
export interface SeedResult extends Omit<Verdict, 'violations'> {
  readonly seed: number;
  readonly violations: number;
  /** How often each kind of fault was done. */
  readonly faults: Readonly<Record<string, number>>;
  /** From the last event until all was quiet, in ms. */
  readonly healed: number;
}

/** A series of seeds that can be stopped and resumed: each result is a line of a file as soon as it is known. */
export class Seeds {
  constructor(private readonly file: string | undefined) {}

  has(seed: number): boolean {
    return this.results().some((result) => result.seed === seed);
  }

  add(seed: number, { violations, ...figures }: Verdict, faults: Faults, healed: number): void {
    const result: SeedResult = { seed, violations: violations.length, ...figures, faults: Object.fromEntries(faults), healed };
    // It may follow half a line.
    if (this.file !== undefined) appendFileSync(this.file, `\n${JSON.stringify(result)}\n`);
  }

  results(): readonly SeedResult[] {
    if (this.file === undefined || !existsSync(this.file)) return [];
    // The last line of a file whose writer was killed may be half a line: its seed is told again.
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as SeedResult] : []));
  }

  /** As a table in Markdown. */
  table(): string {
    const columns = [
      'seed',
      'events',
      'changes',
      'faults',
      'kinds',
      'not in log',
      'lost',
      'twice',
      'state',
      'Redis',
      'violations',
      'whole after',
    ];
    const rows = this.results().map((of) => [
      of.seed,
      of.events,
      of.changes,
      Object.values(of.faults).reduce((sum, times) => sum + times, 0),
      Object.keys(of.faults).length,
      of.unlogged,
      of.lost,
      of.duplicated,
      of.stateDifferences,
      of.redisDifferences,
      of.violations,
      `${(of.healed / 1000).toFixed(1)} s`,
    ]);
    return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
}
