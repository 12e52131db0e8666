import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EQUIVALENTS } from './equivalents.ts';
import { Laboratory } from './laboratory.ts';
import { type Mutant, mutated } from './mutant.ts';
import { ROOT } from './progress.ts';
import { MUTANTS } from './rules/index.ts';
import { SUITES } from './suites.ts';

/** One for each rule of the fold: `npm run mutants` tries them all. */
const SHOWN = [
  'an earlier time of the same number is not news',
  'an ending that is exactly CLOCK_SKEW before its connection does not end it',
  'a take-over needs no extra CLOCK_SKEW where numbers repeat',
  'a Connected exactly CLOCK_SKEW before the take-over is no successor',
  'the Connecteds of the sessions just dropped are no successors',
  'only the earliest open take-over is kept',
  'an event at the very time of the mark counts',
  'a client that was created exactly 5 s before it was deleted exists',
  'an earlier deadline takes back a later one',
  'another since is no change',
  'a memory of a later version is read',
];

const sources = new Map<string, string>();
function sourceOf(file: string): string {
  const source = sources.get(file) ?? readFileSync(path.join(ROOT, file), 'utf8');
  sources.set(file, source);
  return source;
}

describe('the mutants of the fold', () => {
  const all: readonly Mutant[] = [...MUTANTS, ...EQUIVALENTS];

  it('are each there exactly once in the source, as code', () => {
    for (const mutant of all) {
      const code = mutated(sourceOf(mutant.file), mutant);
      expect(() => stripTypeScriptTypes(code, { mode: 'transform' }), mutant.name).not.toThrow();
    }
  });

  it('have each a name and a text of their own', () => {
    expect(new Set(all.map(({ file, name }) => `${file} ${name}`)).size).toBe(all.length);
    expect(new Set(all.map(({ file, replace, by }) => JSON.stringify([file, replace, by]))).size).toBe(all.length);
  });

  it('leave out no source of the fold', () => {
    const files = readdirSync(path.join(ROOT, 'packages/fold/src')).filter((file) => /(?<!\.test)\.ts$/.test(file) && file !== 'index.ts');
    const mutants = new Set(MUTANTS.map(({ file }) => path.basename(file)));
    expect(files.filter((file) => !mutants.has(file))).toEqual([]);
  });
});

describe('the tests that are tried', () => {
  it('are all those of the fold', () => {
    const files = readdirSync(path.join(ROOT, 'packages/fold/src')).filter((file) => file.endsWith('.test.ts'));
    expect(files.filter((file) => !SUITES.units.some((test) => path.basename(test) === file))).toEqual([]);
  });
});

describe('the unit tests', { timeout: 120_000 }, () => {
  const laboratory = new Laboratory();
  afterAll(() => laboratory[Symbol.dispose]());

  it('pass on the fold as it is', async () => {
    expect(await laboratory.run('units')).toEqual({ verdict: 'passed', by: '' });
  });

  it.each(SHOWN)('show that %s', async (name) => {
    const [mutant] = MUTANTS.filter((one) => one.name === name);
    expect(mutant).toBeDefined();
    expect(await laboratory.run('units', mutant)).toMatchObject({ verdict: 'failed' });
  });
});
