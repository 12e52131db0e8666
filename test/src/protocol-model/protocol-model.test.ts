import { describe, expect, it } from 'vitest';
import { KAFKA_LOSES, REDIS_LOSES } from './bound.ts';
import { INVARIANTS } from './invariants.ts';
import { EQUIVALENTS, MUTATIONS } from './mutations.ts';
import { PROTOCOL } from './protocol.ts';
import { explore } from './search.ts';
import { describe as describeViolation } from './trace.ts';

const TIMEOUT = 120_000;

/** So that a model whose steps have become impossible does not pass for a safe one. */
const LEAST_STATES = 200_000;

describe('the projector protocol, in every order of two owners, crashes, pauses and lost responses', { timeout: TIMEOUT }, () => {
  for (const bound of [REDIS_LOSES, KAFKA_LOSES]) {
    it(`keeps every promise: ${bound.name}`, () => {
      const { states, transitions, violation } = explore(PROTOCOL, bound, INVARIANTS);
      process.stdout.write(`protocol model: ${states} states, ${transitions} transitions (${bound.name})\n`);
      expect(violation && describeViolation(violation)).toBeUndefined();
      expect(states).toBeGreaterThan(LEAST_STATES);
    });
  }

  for (const { name, choice, bound } of EQUIVALENTS) {
    it(`keeps every promise if ${name}`, () => {
      const { violation } = explore({ ...PROTOCOL, ...choice }, bound, INVARIANTS);
      expect(violation && describeViolation(violation)).toBeUndefined();
    });
  }
});

describe('the model finds what is wrong with', { timeout: TIMEOUT }, () => {
  for (const { name, choice, bound, breaks } of MUTATIONS) {
    it(`${name}: not so that ${breaks}`, () => {
      const { violation } = explore({ ...PROTOCOL, ...choice }, bound, [breaks]);
      expect(violation?.broken).toBe(breaks);
      expect(violation?.trace.length).toBeGreaterThan(5);
    });
  }
});
