import { afterAll, expect, it } from 'vitest';
import { SCENARIOS } from './scenarios/all.ts';
import { Teller } from './scenarios/tell.ts';

const teller = new Teller({ seed: 1, clients: 300 });
afterAll(() => teller[Symbol.asyncDispose]());

/** One of each kind; `npm run test:chaos` has all of them, and the storms. */
const SHORT = [
  'the response to EndTxn is lost',
  'Redis is emptied under load, and again in the middle of the restore',
  'Redis is rolled back to an older copy',
  'a leader moves to a broker that has just answered for another partition of the same transaction',
  'brokers: kill a broker, and Redis is emptied meanwhile',
  'an owner stands still after-load while its successor applies, and goes on as a zombie',
];

it.each(SCENARIOS.filter(({ name }) => SHORT.includes(name)))('nothing is lost, and nothing is there twice: $name', async (scenario) => {
  const { verdict } = await teller.tell(scenario);
  expect(verdict.violations).toEqual([]);
  expect(verdict.changes).toBeGreaterThan(0);
});
