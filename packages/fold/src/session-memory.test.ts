import type { Time } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { join, rememberConnected, rememberDisconnected, remembersSession, type SessionMemory } from './session-memory.ts';
import { at } from './testing/index.ts';

const early = at('12:00:00');
const late = at('12:00:00.0000001');
const c = (number: bigint, time: Time): SessionMemory => rememberConnected(number, time);
const d = (number: bigint, time: Time, reason = 'ConnectionLost'): SessionMemory => rememberDisconnected(number, time, reason);

/** Joined in both orders, which must agree. */
function both(a: SessionMemory, b: SessionMemory): SessionMemory {
  const joined = join(a, b);
  expect(join(b, a)).toEqual(joined);
  expect(join(joined, a)).toBe(joined);
  expect(join(joined, b)).toBe(joined);
  return joined;
}

describe('what a session remembers (rule 2)', () => {
  it('latestConnected: the highest number, whenever it was', () => {
    expect(both(c(2n, early), c(1n, late))).toMatchObject({ latestConnected: { sequenceNumber: 2n, time: early }, firstTime: early });
  });

  it('latestConnected: of one number the latest time, with the first time of any', () => {
    expect(both(c(1n, early), c(1n, late))).toMatchObject({ latestConnected: { sequenceNumber: 1n, time: late }, firstTime: early });
    const middle = at('11:00:00');
    expect(both(both(c(1n, early), c(1n, late)), c(1n, middle))).toMatchObject({ latestConnected: { time: late }, firstTime: middle });
  });

  it('latestConnected: the first time is that of its own number, not of a lower one', () => {
    expect(both(c(1n, early), c(2n, late))).toMatchObject({ latestConnected: { sequenceNumber: 2n, time: late }, firstTime: late });
  });

  it('latestConnected: is news also where first time and newest stay', () => {
    const memory = join(c(5n, early), c(1n, at('13:00:00')));
    expect(both(memory, c(6n, early)).latestConnected).toMatchObject({ sequenceNumber: 6n });
    expect(both(memory, c(5n, late)).latestConnected).toMatchObject({ time: late });
  });

  it('newestConnected: the latest time, and of one time the higher number', () => {
    expect(both(c(2n, early), c(1n, late)).newestConnected).toMatchObject({ sequenceNumber: 1n, time: late });
    expect(both(c(2n, early), c(1n, early)).newestConnected).toMatchObject({ sequenceNumber: 2n });
  });

  it('latestDisconnected: the highest number, then the latest time, then the greater reason', () => {
    expect(both(d(2n, early), d(1n, late)).latestDisconnected).toMatchObject({ sequenceNumber: 2n });
    expect(both(d(1n, early), d(1n, late)).latestDisconnected).toMatchObject({ time: late });
    expect(both(d(1n, early, 'A'), d(1n, early, 'B')).latestDisconnected).toMatchObject({ reason: 'B' });
  });

  it('newestDisconnected: the latest time, then the higher number, then the greater reason', () => {
    expect(both(d(2n, early), d(1n, late)).newestDisconnected).toMatchObject({ sequenceNumber: 1n });
    expect(both(d(2n, early), d(1n, early)).newestDisconnected).toMatchObject({ sequenceNumber: 2n });
    expect(both(d(1n, early, 'A'), d(1n, early, 'B')).newestDisconnected).toMatchObject({ reason: 'B' });
  });

  it('reasons compare by their UTF-8 bytes, so that any language decides alike', () => {
    expect('\uffff' > '😀').toBe(true);
    expect(both(d(1n, early, '\uffff'), d(1n, early, '😀'))).toMatchObject({
      latestDisconnected: { reason: '😀' },
      newestDisconnected: { reason: '😀' },
    });
  });

  it('numbers compare as integers, where doubles would be equal', () => {
    const edge = 2n ** 63n - 1n;
    expect(both(c(edge, early), c(edge - 1n, early))).toMatchObject({
      latestConnected: { sequenceNumber: edge },
      newestConnected: { sequenceNumber: edge },
    });
  });

  it('Connected and Disconnected do not touch each other', () => {
    const memory = both(c(1n, early), d(5n, late));
    expect(memory).toMatchObject({ latestConnected: { sequenceNumber: 1n }, latestDisconnected: { sequenceNumber: 5n } });
  });
});

describe('a duplicate', () => {
  it('is what is remembered as latest, newest or first; anything else that adds nothing is stale', () => {
    const memory = join(join(join(c(1n, early), c(1n, late)), c(0n, at('13:00:00'))), c(0n, at('12:30:00')));
    expect(remembersSession(memory, c(1n, late))).toBe(true);
    expect(remembersSession(memory, c(1n, early))).toBe(true);
    expect(remembersSession(memory, c(0n, at('13:00:00')))).toBe(true);
    expect(remembersSession(memory, c(0n, at('12:30:00')))).toBe(false);
    expect(remembersSession(memory, c(1n, at('11:00:00')))).toBe(false);
    expect(remembersSession(memory, c(0n, early))).toBe(false);
  });

  it('has the same reason', () => {
    const memory = join(d(2n, early, 'B'), d(1n, late, 'A'));
    expect(remembersSession(memory, d(2n, early, 'B'))).toBe(true);
    expect(remembersSession(memory, d(1n, late, 'A'))).toBe(true);
    expect(remembersSession(memory, d(2n, early, 'A'))).toBe(false);
    expect(remembersSession(memory, c(2n, early))).toBe(false);
  });
});
