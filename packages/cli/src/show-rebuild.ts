import type { Comparison, Generations, RebuildProgress } from '@rollcall/client';
import { stringifyJson } from '@rollcall/schema';
import { type Paint, plain } from './paint.ts';
import { type Cell, details, table } from './table.ts';

/** `generation 2: 41,200 of 120,000 events, 18,300/s, 5 s left`. */
export function showProgress({ generation, step, events, left, rate, secondsLeft }: RebuildProgress): string {
  if (step === 'follow') return `generation ${generation}: ${events} events, waiting for the projectors to write it too`;
  const rest = secondsLeft === undefined ? '' : `, ${secondsLeft} s left`;
  return `generation ${generation}: ${events} of ${events + left} events, ${rate}/s${rest}`;
}

/** How two generations differ. */
export function showComparison({ clients, differing, fields, examples }: Comparison, paint: Paint = plain): string {
  const verdict: Cell = differing === 0 ? { text: 'none differs', meaning: 'good' } : { text: `${differing} differ`, meaning: 'doubtful' };
  const summary = details(
    [
      ['compared', `${clients} ${clients === 1 ? 'client' : 'clients'}`],
      ['result', verdict],
    ],
    paint,
  );
  if (differing === 0) return summary;
  const byField = table(
    ['FIELD', 'CLIENTS'],
    Object.entries(fields).map(([field, count]) => [field, String(count)]),
    paint,
  );
  const some = table(
    ['CLIENT', 'FIELD', 'NOW', 'REBUILT'],
    examples.map(({ namespace, client, field, active, other }) => [`${namespace}/${client}`, field, value(active), value(other)]),
    paint,
  );
  return `${summary}\n\n${byField}\n\n${some}`;
}

export function showGenerations({ active, other }: Generations, paint: Paint = plain): string {
  const lines: [string, Cell][] = [['active', `generation ${active}`]];
  if (other !== undefined) lines.push(['beside it', `generation ${other.number}, ${roleOf(other, active)}`]);
  return details(lines, paint);
}

function roleOf({ number, status }: NonNullable<Generations['other']>, active: number): string {
  if (status === 'building') return 'not whole yet: rollcall rebuild goes on with it';
  if (status === 'dropping') return 'half deleted: rollcall rebuild drop goes on with it';
  return number > active ? 'whole: rollcall rebuild switch' : 'kept for rollcall rebuild rollback';
}

function value(of: unknown): string {
  return of === undefined ? '-' : typeof of === 'string' ? of : stringifyJson(of);
}
