import { expect, it } from 'vitest';
import { Seldom } from './seldom.ts';

it('lets the same thing be said once a minute, and others meanwhile', () => {
  let now = 0;
  const seldom = new Seldom(() => now);
  const said = (what: string) => seldom.isDue(what);
  expect([said('a'), said('a'), said('b')]).toEqual([true, false, true]);
  now = 59_999;
  expect(said('a')).toBe(false);
  now = 60_000;
  expect([said('a'), said('a')]).toEqual([true, false]);
});

it('remembers no more than a thousand things', () => {
  const seldom = new Seldom(() => 0);
  for (let n = 0; n <= 1_000; n++) seldom.isDue(`thing ${n}`);
  expect(seldom.isDue('thing 0')).toBe(true);
  expect(seldom.isDue('thing 1000')).toBe(false);
});
