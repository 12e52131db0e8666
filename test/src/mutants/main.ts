import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EQUIVALENTS } from './equivalents.ts';
import { Laboratory, type Trial } from './laboratory.ts';
import { type Mutant, mutated } from './mutant.ts';
import { Progress, ROOT } from './progress.ts';
import { MUTANTS } from './rules/index.ts';

/** Tries every mutant of the fold: stopped (Ctrl-C) and started again, it goes on where it was, as long as no source has
 *  changed. Exits with 1 where a mutant survives, where one that is said to be equivalent is caught, or where a rule's text is not found exactly once. */
const { values } = parseArgs({
  options: {
    progress: { type: 'string', default: 'mutants-progress.json' },
    /** Only those whose name or file contains this. */
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
  },
});

const chosen = ({ name, file }: Mutant) => name.includes(values.only) || file.includes(values.only);
const mutants = [...MUTANTS, ...EQUIVALENTS].filter(chosen);
const equivalent = new Set<Mutant>(EQUIVALENTS);
for (const mutant of mutants) mutated(await readFile(path.join(ROOT, mutant.file), 'utf8'), mutant);

const progress = new Progress(values.progress);
const queue = mutants.filter((mutant) => progress.trialOf(mutant) === undefined);
const say = (line: string) => process.stdout.write(`${line}\n`);

let stopped = false;
const laboratories = Array.from({ length: Number(values.jobs) }, () => new Laboratory());
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopped = true;
    for (const laboratory of laboratories) laboratory[Symbol.dispose]();
  });
}

/** Tests that fail anyway would catch everything. */
async function tryNone(laboratory: Laboratory): Promise<void> {
  for (const suite of ['units', 'properties'] as const) {
    const { verdict, by } = await laboratory.run(suite);
    if (verdict !== 'passed') throw new Error(`without any mutant, the ${suite} have ${verdict}: ${by}`);
  }
}

async function work(laboratory: Laboratory): Promise<void> {
  for (let mutant = queue.shift(); mutant !== undefined && !stopped; mutant = queue.shift()) {
    const trial = await laboratory.try(mutant);
    progress.record(mutant, trial);
    say(`${trial.verdict}: ${path.basename(mutant.file)}: ${mutant.name}${trial.by === '' ? '' : ` (${trial.by})`}`);
  }
}
try {
  const [first] = laboratories;
  if (queue.length > 0 && first !== undefined) await tryNone(first);
  await Promise.all(laboratories.map(work));
} catch (error) {
  if (!stopped) throw error;
} finally {
  for (const laboratory of laboratories) laboratory[Symbol.dispose]();
}

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
const caught = `${count('caught by units', false)} caught by units, ${count('caught by properties', false)} by properties`;
const others = `${count('survived', false)} survived, ${count('broken', false)} do not load; ${count('survived', true)} equivalents`;
say(`${tried.length} of ${mutants.length} tried: ${caught}, ${others}`);
process.exitCode = wrong.length > 0 || tried.length < mutants.length ? 1 : 0;
