import { expect, it } from 'vitest';
import { seed, share } from '../seed.ts';
import { judge } from './law.ts';

const HISTORIES = share(8_000);

it(`in ${HISTORIES} histories, forgetting shows nowhere that it must not`, { timeout: 120_000 }, () => {
  const met = { lawful: 0, forgets: 0, ignores: 0, 'forgets, lawful': 0 };
  for (let index = 0; index < HISTORIES; index++) {
    const { breach, isLawful, forgets, ignores } = judge(seed, index);
    if (breach !== undefined) expect.fail(breach);
    const lawful = isLawful();
    if (lawful) met.lawful++;
    if (forgets) met.forgets++;
    if (ignores) met.ignores++;
    if (forgets && lawful) met['forgets, lawful']++;
  }
  const told = Object.entries(met).map(([what, times]) => `${what} ${times}`);
  process.stdout.write(`the law of forgetting, held in ${HISTORIES} histories (seed ${seed}): ${told.join(', ')}\n`);
  // Else the histories would be too tame to show anything.
  expect(Math.min(...Object.values(met))).toBeGreaterThan(HISTORIES / 50);
});
