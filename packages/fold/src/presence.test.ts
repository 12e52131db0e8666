import { describe, expect, it } from 'vitest';
import { pendingEnding, presenceOf } from './presence.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import {
  at,
  connected,
  deadline,
  disconnected,
  given,
  inAnyOrder,
  justAfter,
  justBefore,
  replay,
  takenOver,
  updated,
} from './testing/index.ts';

const PHONE = { session: 'phone' };
const TABLET = { session: 'tablet' };

describe('presence (rule 5)', () => {
  it('is unknown if no session event was ever seen', () => {
    given(updated('12:00:00')).thenClient({ presence: 'unknown', since: undefined, connectedSessions: 0, sessions: [] });
  });

  it('is online since the earliest of the connections that are there', () => {
    inAnyOrder(
      connected(1n, '12:10:00', PHONE),
      connected(1n, '12:05:00', TABLET),
      disconnected(1n, '12:00:00', { session: 'gone' }),
    ).thenClient({
      presence: 'online',
      since: '12:05:00',
      connectedSessions: 2,
      sessions: ['gone', 'phone', 'tablet'],
      disconnectionReason: undefined,
    });
  });

  it('is offline since the latest ending, for its reason', () => {
    inAnyOrder(
      disconnected(1n, '12:20:00', { ...PHONE, reason: 'ConnectionLost' }),
      disconnected(9n, '12:10:00', { ...TABLET, reason: 'QuotaExceeded' }),
    ).thenClient({ presence: 'offline', since: '12:20:00', disconnectionReason: 'ConnectionLost', connectedSessions: 0 });
  });

  it('of two sessions that ended at one time, names the reason of the higher number, then the greater one', () => {
    inAnyOrder(
      disconnected(2n, '12:00:00', { ...PHONE, reason: 'A' }),
      disconnected(1n, '12:00:00', { ...TABLET, reason: 'B' }),
    ).thenClient({
      disconnectionReason: 'A',
    });
    inAnyOrder(
      disconnected(1n, '12:00:00', { ...PHONE, reason: 'A' }),
      disconnected(1n, '12:00:00', { ...TABLET, reason: 'B' }),
    ).thenClient({
      disconnectionReason: 'B',
    });
  });

  it('changes only with the last session', () => {
    given(connected(1n, '12:00:00', PHONE))
      .when(connected(1n, '12:10:00', TABLET))
      .thenKinds('session-connected')
      .when(disconnected(1n, '12:20:00', PHONE))
      .thenKinds('session-disconnected')
      .thenClient({ presence: 'online', since: '12:10:00' })
      .when(disconnected(1n, '12:30:00', TABLET))
      .thenKinds('session-disconnected', 'client-offline')
      .when(connected(2n, '12:40:00', PHONE))
      .thenKinds('session-connected', 'client-online');
  });

  it('may move its since backwards when a late event arrives', () => {
    given(connected(1n, '12:10:00', PHONE))
      .when(connected(1n, '12:00:00', TABLET))
      .thenClient({ since: '12:00:00' });
  });
});

describe('a take-over', () => {
  const over = [connected(1n, '12:00:00', PHONE), takenOver(1n, '12:10:00', PHONE)];

  it('leaves the client online with no session connected, since the take-over', () => {
    inAnyOrder(...over).thenClient({ presence: 'online', since: '12:10:00', connectedSessions: 0, offlineConfirmed: false });
  });

  it('counts from the earliest of several', () => {
    inAnyOrder(...over, takenOver(1n, '12:05:00', TABLET)).thenClient({ presence: 'online', since: '12:05:00', connectedSessions: 0 });
  });

  it('gives way to a connection that is there', () => {
    inAnyOrder(...over, connected(1n, '12:20:00', TABLET)).thenClient({ presence: 'online', since: '12:20:00', connectedSessions: 1 });
  });

  it('gives no since while another session is connected that is none of its successors', () => {
    inAnyOrder(...over, connected(1n, '11:00:00', TABLET)).thenClient({ presence: 'online', since: '11:00:00', connectedSessions: 1 });
  });

  it.each([
    ['a', 'b', 'c'],
    ['b', 'a', 'c'],
    ['c', 'b', 'a'],
    ['b', 'c', 'a'],
  ])('has its successor though its own connection is the newest: %s by %s, not by %s', (taken, successor, long) => {
    inAnyOrder(
      connected(1n, '12:00:00', { session: taken }),
      takenOver(1n, '12:00:20', { session: taken }),
      connected(1n, '11:59:55', { session: successor }),
      disconnected(1n, '12:30:00', { session: successor }),
      connected(1n, '10:00:00', { session: long }),
      disconnected(1n, '12:20:00', { session: long }),
    ).thenClient({ presence: 'offline', since: '12:30:00' });
  });

  it('keeps the client online only while its successor is missing: a Connected of any other session is that successor', () => {
    const gone = disconnected(1n, '12:30:00', TABLET);
    inAnyOrder(...over, connected(1n, '12:10:00', TABLET), gone).thenClient({ presence: 'offline', since: '12:30:00' });
    inAnyOrder(...over, connected(1n, '12:25:00', TABLET), gone).thenClient({ presence: 'offline', since: '12:30:00' });
  });

  it('has its successor up to CLOCK_SKEW before it: two clocks may disagree', () => {
    const gone = disconnected(1n, '12:30:00', TABLET);
    inAnyOrder(...over, connected(1n, '12:09:30', TABLET), gone).thenPresence('offline');
    inAnyOrder(...over, connected(1n, justBefore('12:09:30'), TABLET), gone).thenClient({ presence: 'online', since: '12:10:00' });
  });

  it('is not succeeded by the connection that it ended, nor by the end of another', () => {
    inAnyOrder(connected(1n, '12:09:50', PHONE), takenOver(1n, '12:10:00', PHONE)).thenPresence('online');
    inAnyOrder(...over, disconnected(1n, '12:30:00', TABLET)).thenClient({ presence: 'online', since: '12:10:00' });
  });

  it('is the successor of none, but the connection that it ended may be', () => {
    const tablet = [connected(1n, '12:10:00', TABLET), takenOver(1n, '12:20:00', TABLET)];
    inAnyOrder(...over, ...tablet).thenClient({ presence: 'online', since: '12:20:00', connectedSessions: 0 });
    inAnyOrder(...over, ...tablet, connected(2n, '12:20:00', PHONE), disconnected(2n, '12:30:00', PHONE)).thenClient({
      presence: 'offline',
      since: '12:30:00',
    });
  });

  it('is covered by a deadline from its own time on', () => {
    given(...over)
      .when(deadline(justBefore('12:10:00')))
      .thenRemembered()
      .thenPresence('online');
    given(...over)
      .when(deadline('12:10:00'))
      .thenKinds('client-offline', 'client-offline-confirmed');
  });

  it('keeps the client online after another session ended', () => {
    given(...over)
      .when(disconnected(1n, '12:15:00', TABLET))
      .thenKinds('session-disconnected')
      .thenPresence('online');
  });
});

describe('a deadline (rule 6)', () => {
  const gone = [connected(1n, '12:00:00'), disconnected(1n, '12:10:00')];

  it('confirms an ending at its own time and before', () => {
    given(...gone)
      .when(deadline('12:10:00'))
      .thenKinds('client-offline-confirmed')
      .thenClient({ offlineConfirmed: true, since: '12:10:00' });
    given(...gone)
      .when(deadline(justAfter('12:10:00')))
      .thenKinds('client-offline-confirmed');
  });

  it('does not confirm an ending a tick later', () => {
    given(...gone)
      .when(deadline(justBefore('12:10:00')))
      .thenRemembered()
      .thenClient({ presence: 'offline', offlineConfirmed: false });
  });

  it('confirms nothing while a session is connected', () => {
    given(connected(1n, '12:00:00'))
      .when(deadline('13:00:00'))
      .thenRemembered()
      .thenClient({ presence: 'online', offlineConfirmed: false });
  });

  it('is undone by whatever is newer: a new connection, and its own ending', () => {
    given(...gone, deadline('12:10:00'))
      .when(connected(2n, '12:20:00'))
      .thenKinds('session-connected', 'client-online')
      .thenClient({ offlineConfirmed: false })
      .when(disconnected(2n, '12:30:00'))
      .thenKinds('session-disconnected', 'client-offline')
      .thenClient({ offlineConfirmed: false })
      .when(deadline('12:30:00'))
      .thenKinds('client-offline-confirmed');
  });

  it('keeps the greatest ending that any of them named', () => {
    inAnyOrder(...gone, deadline('12:10:00'), deadline('12:05:00'), deadline('12:08:00')).thenClient({ offlineConfirmed: true });
  });
});

describe('the ending that waits for a deadline', () => {
  const pending = (...events: Parameters<typeof replay>[0]) => {
    const [client] = replay(events).clients.values();
    if (client === undefined) throw new TypeError('a client is needed');
    return pendingEnding(client.presence, client.confirmedUpTo);
  };

  it('is the latest one, while nothing is connected and none has covered it', () => {
    expect(pending(disconnected(1n, '12:00:00', PHONE), disconnected(1n, '12:10:00', TABLET))).toBe(at('12:10:00'));
    expect(pending(disconnected(1n, '12:10:00'), deadline(justBefore('12:10:00')))).toBe(at('12:10:00'));
    expect(pending(disconnected(1n, '12:10:00'), deadline('12:10:00'))).toBeUndefined();
  });

  it('is that of a take-over as well: its successor may never come', () => {
    expect(pending(connected(1n, '12:00:00'), takenOver(1n, '12:10:00'))).toBe(at('12:10:00'));
    expect(pending(takenOver(1n, '12:10:00', PHONE), disconnected(1n, '12:20:00', TABLET))).toBe(at('12:20:00'));
  });

  it('is none while a session is connected, or if there was no session at all', () => {
    expect(pending(disconnected(1n, '12:10:00', PHONE), connected(1n, '12:00:00', TABLET))).toBeUndefined();
    expect(pendingEnding(presenceOf([], undefined, undefined, DEFAULT_SETTINGS), undefined)).toBeUndefined();
  });
});
