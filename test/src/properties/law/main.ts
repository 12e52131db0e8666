import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { judge } from './law.ts';

/** The law of forgetting over as many histories as one likes: stopped (Ctrl-C) and started again, it goes on where it was. Exits with 1 at a
 *  breach. The file holds where it is: delete it to begin anew. */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '20260301' },
    progress: { type: 'string', default: 'law-progress.json' },
  },
});
/** A turn after which a stop is heeded. */
const TURN = 2_000;

interface Progress {
  readonly seed: number;
  histories: number;
  forgetful: number;
  breaches: string[];
}

const seed = Number(values.seed);
const most = Number(values.histories);
const fresh: Progress = { seed, histories: 0, forgetful: 0, breaches: [] };
const stored: Progress = existsSync(values.progress) ? JSON.parse(readFileSync(values.progress, 'utf8')) : fresh;
const progress = stored.seed === seed ? stored : fresh;

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});
process.once('SIGTERM', () => {
  stopped = true;
});

while (!stopped && progress.histories < most) {
  for (const end = Math.min(most, progress.histories + TURN); progress.histories < end; progress.histories++) {
    const { breach, forgets } = judge(seed, progress.histories);
    if (forgets) progress.forgetful++;
    if (breach !== undefined) progress.breaches.push(breach);
  }
  writeFileSync(values.progress, JSON.stringify(progress));
  // A signal is heard between two turns only.
  await new Promise(setImmediate);
}
const { histories, forgetful, breaches } = progress;
process.stdout.write(`${breaches.map((breach) => `${breach}\n`).join('')}seed ${seed}: ${histories} of ${most} histories, `);
process.stdout.write(`in ${forgetful} sessions were forgotten; ${breaches.length} breaches\n`);
process.exitCode = breaches.length === 0 ? 0 : 1;
