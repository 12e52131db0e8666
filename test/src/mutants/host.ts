import { declaredTests } from './kit.ts';
import { load, startTrial } from './loader.ts';
import type { Mutant } from './mutant.ts';
import { type Suite, testsOf } from './suites.ts';

/** A process that runs suites, one after the other, each with another mutant in the fold. A process of its own, so that one that never ends can be
 *  killed. */

export interface Task {
  readonly mutant?: Mutant | undefined;
  readonly suite: Suite;
}

export interface Outcome {
  /** `broken`: the mutant does not even load, so its tests say nothing. */
  readonly verdict: 'passed' | 'failed' | 'broken';
  /** The test that failed first, or why the mutant is broken. */
  readonly by: string;
}

async function run({ mutant, suite }: Task): Promise<Outcome> {
  startTrial(mutant);
  for (const file of testsOf(suite, mutant?.file)) {
    try {
      await load(file);
    } catch (error) {
      declaredTests();
      // A story is told as its tests are declared, where several tests share its beginning.
      return error instanceof SyntaxError || error instanceof ReferenceError ? broken(error) : { verdict: 'failed', by: file };
    }
    for (const { name, body } of declaredTests()) {
      try {
        await body();
      } catch (error) {
        return error instanceof ReferenceError ? broken(error) : { verdict: 'failed', by: `${file} > ${name}` };
      }
    }
  }
  return { verdict: 'passed', by: '' };
}

function broken(error: Error): Outcome {
  return { verdict: 'broken', by: String(error) };
}

process.on('message', (task: Task) => {
  run(task)
    .then((outcome) => process.send?.(outcome))
    .catch(() => process.exit(1));
});
