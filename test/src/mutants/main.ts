import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EQUIVALENTS } from './equivalents.ts';
import { type Mutant, mutated } from './mutant.ts';
import { Progress } from './progress.ts';
import { MUTANTS } from './rules/index.ts';
import { type Trial, tryMutant } from './trial.ts';
import { ROOT, Workspace } from './workspace.ts';

/** Tries every mutant of the fold: stopped (Ctrl-C) and started again, it goes on where it was, as long as no source has changed. Exits with 1
 *  where a mutant survives, where one that is said to be equivalent is caught, or where a rule's text is not found exactly once. */
const { values } = parseArgs({
  options: {
    progress: { type: 'string', default: 'mutants-progress.json' },
    /** Only those whose name or file contains this. */
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
  },
});

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const chosen = ({ name, file }: Mutant) => name.includes(values.only) || file.includes(values.only);
const mutants = [...MUTANTS, ...EQUIVALENTS].filter(chosen);
const equivalent = new Set<Mutant>(EQUIVALENTS);
for (const mutant of mutants) mutated(await readFile(path.join(ROOT, mutant.file), 'utf8'), mutant);

const progress = new Progress(values.progress);
const queue = mutants.filter((mutant) => progress.trialOf(mutant) === undefined);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function work(): Promise<void> {
  await using workspace = await Workspace.create();
  const { verdict, by } = await workspace.run('units', undefined, 120_000, stop.signal);
  if (verdict !== 'passed' && verdict !== 'stopped') throw new Error(`without any mutant, the unit tests have ${verdict}: ${by}`);
  for (let mutant = queue.shift(); mutant !== undefined && !stop.signal.aborted; mutant = queue.shift()) {
    const trial = await tryMutant(workspace, mutant, stop.signal);
    if (trial.verdict === 'stopped') return;
    progress.record(mutant, trial);
    say(`${trial.verdict}: ${path.basename(mutant.file)}: ${mutant.name}${trial.by === '' ? '' : ` (${trial.by})`}`);
  }
}
if (queue.length > 0) await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const tried = mutants.flatMap((mutant) => {
  const trial = progress.trialOf(mutant);
  return trial === undefined ? [] : [{ mutant, trial }];
});
const count = (verdict: Trial['verdict'], of: boolean) =>
  tried.filter(({ mutant, trial }) => trial.verdict === verdict && equivalent.has(mutant) === of).length;
const wrong = tried.filter(({ mutant, trial }) => trial.verdict === 'broken' || (trial.verdict === 'survived') !== equivalent.has(mutant));
for (const { mutant, trial } of wrong) {
  say(
    `${equivalent.has(mutant) ? 'no equivalent, ' : ''}${trial.verdict}: ${mutant.file}: ${mutant.name}\n  - ${mutant.replace}\n  + ${mutant.by}`,
  );
}
say(
  `${tried.length} of ${mutants.length} tried: ${count('caught by units', false)} caught by units, ${count('caught by properties', false)} by`,
);
say(`properties, ${count('survived', false)} survived, ${count('broken', false)} do not load; ${count('survived', true)} equivalents`);
process.exitCode = wrong.length > 0 || tried.length < mutants.length ? 1 : 0;
