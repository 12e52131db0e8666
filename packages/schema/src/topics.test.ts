import { expect, it } from 'vitest';
import { DEFAULT_PREFIX, topicNames } from './topics.ts';

it('names the four topics after their prefix', () => {
  expect(topicNames(DEFAULT_PREFIX)).toEqual({
    events: 'rollcall.events',
    deadLetters: 'rollcall.dead-letters',
    changes: 'rollcall.changes',
    state: 'rollcall.state',
  });
  expect(topicNames('eu.rollcall').state).toBe('eu.rollcall.state');
});
