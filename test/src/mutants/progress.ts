import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Trial } from './laboratory.ts';
import type { Mutant } from './mutant.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What verdicts depend on. */
const SOURCES = ['packages/fold/src', 'packages/schema/src', 'test/src/properties'];

interface Stored {
  /** Of all sources and tests: verdicts on others are worth nothing. */
  readonly digest: string;
  readonly trials: { [mutant: string]: Trial };
}

/** The verdicts so far, in a file, so that a run goes on where it was stopped. */
export class Progress {
  readonly #stored: Stored;

  constructor(private readonly file: string) {
    const digest = digestOfSources();
    const stored: Stored | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    this.#stored = stored?.digest === digest ? stored : { digest, trials: {} };
  }

  trialOf(mutant: Mutant): Trial | undefined {
    return this.#stored.trials[keyOf(mutant)];
  }

  /** Throws where a source has changed since the start. */
  record(mutant: Mutant, trial: Trial): void {
    if (digestOfSources() !== this.#stored.digest) throw new Error('a source has changed: start again');
    this.#stored.trials[keyOf(mutant)] = trial;
    writeFileSync(this.file, JSON.stringify(this.#stored, null, 1));
  }
}

function keyOf({ name, file, replace, by }: Mutant): string {
  return `${name} ${createHash('sha256')
    .update(JSON.stringify([file, replace, by]))
    .digest('hex')
    .slice(0, 12)}`;
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of readdirSync(path.join(ROOT, source), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) hash.update(file.name).update(readFileSync(path.join(file.parentPath, file.name)));
    }
  }
  return hash.digest('hex');
}
