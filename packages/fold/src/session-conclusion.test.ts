import { describe, expect, it } from 'vitest';
import { conclude } from './session-conclusion.ts';
import { join, rememberConnected, rememberDisconnected } from './session-memory.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { at, connected, disconnected, inAnyOrder, justAfter, justBefore, takenOver } from './testing/index.ts';

// Rule 3. The current connection is Connected(5) at noon unless a test says otherwise.
const current = connected(5n, '12:00:00');
const SKEW_BEFORE = '11:59:30';
const SKEW_AFTER = '12:00:30';
const LATE = '13:00:00';

describe('the current connection', () => {
  it('is the latest by number as long as the newest by time is at most CLOCK_SKEW newer', () => {
    inAnyOrder(current, connected(4n, SKEW_AFTER)).thenSession({ sequenceNumber: '5', since: '12:00:00', counterRestarted: false });
  });

  it('is the newest by time from the next tick on: the counter restarted', () => {
    const restarted = justAfter(SKEW_AFTER);
    inAnyOrder(current, connected(4n, restarted)).thenSession({ sequenceNumber: '4', since: restarted, counterRestarted: true });
  });

  it('is never one more than CLOCK_SKEW older than the newest Connected', () => {
    for (const newest of ['12:00:29', SKEW_AFTER, justAfter(SKEW_AFTER), LATE]) {
      const events = [connected(9n, '11:00:00'), current, connected(4n, newest)];
      const memory = events.map(({ data, time }) => rememberConnected(data.sequenceNumber, time)).reduce(join);
      const { connected: concluded } = conclude(memory, DEFAULT_SETTINGS);
      expect(concluded?.time).toBeGreaterThanOrEqual(at(newest) - DEFAULT_SETTINGS.clockSkew);
    }
  });

  it('was never there if no Connected was seen: the newest Disconnected is all there is', () => {
    inAnyOrder(disconnected(7n, '12:00:00'), disconnected(3n, '12:10:00')).thenSession({
      status: 'disconnected',
      sequenceNumber: '3',
      since: '12:10:00',
      connectedAt: undefined,
    });
  });

  it('is not concluded from nothing', () => {
    expect(() => conclude({}, DEFAULT_SETTINGS)).toThrow(TypeError);
  });
});

describe('(a) a Disconnected of the same number', () => {
  it('ends it from CLOCK_SKEW before it on', () => {
    inAnyOrder(current, disconnected(5n, SKEW_BEFORE)).thenSession({ status: 'disconnected', since: SKEW_BEFORE });
    inAnyOrder(current, disconnected(5n, justBefore(SKEW_BEFORE))).thenStatus('connected');
  });

  it('ends it only from its own time on where the number was used before', () => {
    const earlier = connected(5n, '10:00:00');
    inAnyOrder(earlier, current, disconnected(5n, '12:00:00')).thenStatus('disconnected');
    inAnyOrder(earlier, current, disconnected(5n, justBefore('12:00:00'))).thenStatus('connected');
  });

  it('ends it only from its own time on where the counter restarted', () => {
    const oldRun = connected(50n, '10:00:00');
    inAnyOrder(oldRun, current, disconnected(5n, '12:00:00')).thenSession({ status: 'disconnected', counterRestarted: true });
    inAnyOrder(oldRun, current, disconnected(5n, justBefore('12:00:00'))).thenStatus('connected');
  });

  it('by take-over ends it like any other', () => {
    inAnyOrder(current, takenOver(5n, SKEW_BEFORE)).thenSession({ status: 'disconnected', disconnectionReason: 'SessionTakenOver' });
    inAnyOrder(current, takenOver(5n, justBefore(SKEW_BEFORE))).thenStatus('connected');
    inAnyOrder(current, takenOver(5n, SKEW_AFTER)).thenStatus('disconnected');
  });

  it.each([
    ['the number was used before', connected(5n, '10:00:00')],
    ['the counter restarted', connected(50n, '10:00:00')],
  ])('by take-over where %s ends it only more than CLOCK_SKEW after it: nearer, it may be the successor', (_, earlier) => {
    inAnyOrder(earlier, current, takenOver(5n, SKEW_BEFORE)).thenStatus('connected');
    inAnyOrder(earlier, current, takenOver(5n, '12:00:00')).thenStatus('connected');
    inAnyOrder(earlier, current, takenOver(5n, SKEW_AFTER)).thenStatus('connected');
    inAnyOrder(earlier, current, takenOver(5n, justAfter(SKEW_AFTER))).thenSession({
      status: 'disconnected',
      disconnectionReason: 'SessionTakenOver',
    });
  });
});

describe('(b) a Disconnected of a number above every Connected’s', () => {
  it('ends it from CLOCK_SKEW before it on, and nobody knows when that connection began', () => {
    inAnyOrder(current, disconnected(6n, SKEW_BEFORE)).thenSession({
      status: 'disconnected',
      sequenceNumber: '6',
      since: SKEW_BEFORE,
      connectedAt: undefined,
    });
    inAnyOrder(current, disconnected(6n, justBefore(SKEW_BEFORE))).thenSession({ status: 'connected', sequenceNumber: '5' });
  });

  it('by take-over as well: its successor has not been seen', () => {
    inAnyOrder(current, takenOver(6n, '12:00:10')).thenStatus('disconnected').thenPresence('online');
  });

  it('is above the highest number even where the counter restarted', () => {
    const oldRun = connected(50n, '10:00:00');
    inAnyOrder(oldRun, current, disconnected(51n, '12:00:01')).thenSession({ status: 'disconnected', connectedAt: undefined });
    inAnyOrder(oldRun, current, disconnected(50n, '12:00:01')).thenStatus('connected');
    inAnyOrder(oldRun, current, disconnected(6n, '12:00:01')).thenStatus('connected');
  });
});

describe('(c) a Disconnected of any other number', () => {
  it('ends it only more than LATE_DISCONNECT after it: nearer, an older connection’s loss was found late', () => {
    inAnyOrder(current, disconnected(4n, LATE)).thenStatus('connected');
    inAnyOrder(current, disconnected(4n, justAfter(LATE))).thenSession({
      status: 'disconnected',
      sequenceNumber: '4',
      connectedAt: '12:00:00',
      since: justAfter(LATE),
    });
  });

  it('between the new run and the old one’s highest, likewise', () => {
    const oldRun = connected(50n, '10:00:00');
    inAnyOrder(oldRun, current, disconnected(30n, LATE)).thenStatus('connected');
    inAnyOrder(oldRun, current, disconnected(30n, justAfter(LATE))).thenStatus('disconnected');
  });
});

describe('if two qualify', () => {
  const byA = disconnected(5n, '12:10:00', { reason: 'a' });
  const byB = disconnected(6n, '11:59:50', { reason: 'b' });
  const byC = disconnected(4n, '14:00:00', { reason: 'c' });

  it('(a) goes before (b)', () => {
    inAnyOrder(current, byA, byB).thenSession({ disconnectionReason: 'a', since: '12:10:00' });
  });

  it('(a) goes before (c), though (c) is later', () => {
    inAnyOrder(current, byA, byC).thenSession({ disconnectionReason: 'a', since: '12:10:00' });
  });

  it('(b) goes before (c), though (c) is later', () => {
    inAnyOrder(current, byB, byC).thenSession({ disconnectionReason: 'b', since: '11:59:50' });
  });

  it('by the same letter, the later one counts', () => {
    inAnyOrder(current, disconnected(7n, '12:10:00'), disconnected(6n, '12:20:00')).thenSession({ sequenceNumber: '6', since: '12:20:00' });
    inAnyOrder(current, disconnected(4n, '14:00:00'), disconnected(3n, '15:00:00')).thenSession({ sequenceNumber: '3', since: '15:00:00' });
  });

  it('and if only the older one qualifies, it counts', () => {
    inAnyOrder(current, disconnected(5n, '12:10:00'), disconnected(4n, '12:20:00')).thenSession({ sequenceNumber: '5', since: '12:10:00' });
  });
});

describe('the settings', () => {
  it('say how far clocks may differ and how late a loss may be found', () => {
    const memory = join(rememberConnected(5n, at('12:00:00')), rememberDisconnected(4n, at('12:00:02'), 'ConnectionLost'));
    const late = (lateDisconnect: bigint) => conclude(memory, { ...DEFAULT_SETTINGS, clockSkew: 0n, lateDisconnect }).ending !== undefined;
    expect(late(20_000_000n)).toBe(false);
    expect(late(19_999_999n)).toBe(true);
    const restart = join(rememberConnected(5n, at('12:00:00')), rememberConnected(4n, at('12:00:02')));
    expect(conclude(restart, { ...DEFAULT_SETTINGS, clockSkew: 20_000_000n }).counterRestarted).toBe(false);
    expect(conclude(restart, { ...DEFAULT_SETTINGS, clockSkew: 19_999_999n }).counterRestarted).toBe(true);
  });

  it('are 30 seconds and one hour unless told otherwise', () => {
    expect(DEFAULT_SETTINGS).toMatchObject({ clockSkew: 300_000_000n, lateDisconnect: 36_000_000_000n });
  });
});
