import { toClientKey } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { unseenClient } from './client.ts';
import { fold } from './fold.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { clientSnapshot } from './snapshot.ts';
import { connected, deadline, deleted, disconnected, given, inAnyOrder, OURS, takenOver, updated } from './testing/index.ts';

describe('what subscribers are told', () => {
  it('Connected: the session, and the client if it was not online', () => {
    given().when(connected(1n)).thenKinds('session-connected', 'client-online');
  });

  it('Disconnected: the session, and the client if that was its last', () => {
    given(connected(1n)).when(disconnected(1n, '12:10:00')).thenKinds('session-disconnected', 'client-offline');
  });

  it('a counter that restarted, once', () => {
    given(connected(50n, '12:00:00'))
      .when(connected(1n, '12:10:00'))
      .thenKinds('session-connected', 'counter-restarted')
      .when(connected(2n, '12:20:00'))
      .thenKinds('session-connected');
  });

  it('a new connection without an end of the old one', () => {
    given(connected(1n, '12:00:00')).when(connected(2n, '12:10:00')).thenKinds('session-connected');
  });

  it('no client-offline at a take-over, whichever of its two events comes first', () => {
    given(connected(1n, '12:00:00'))
      .when(takenOver(1n, '12:10:00'))
      .thenKinds('session-disconnected')
      .when(connected(2n, '12:10:01'))
      .thenKinds('session-connected');
    given(connected(1n, '12:00:00'))
      .when(connected(2n, '12:10:01'))
      .thenKinds('session-connected')
      .when(takenOver(1n, '12:10:00'))
      .thenRemembered();
  });

  it('another reason or time for an ending that is there already, as an ending', () => {
    given(connected(1n, '12:00:00'), disconnected(1n, '12:10:00')).when(disconnected(1n, '12:10:01')).thenKinds('session-disconnected');
  });

  it('another reason of the same time, as an ending', () => {
    given(connected(1n, '12:00:00'), disconnected(1n, '12:10:00', { reason: 'A' }))
      .when(disconnected(1n, '12:10:00', { reason: 'B' }))
      .thenKinds('session-disconnected');
  });

  it('another number of the same time, as a connection', () => {
    given(connected(1n, '12:00:00')).when(connected(2n, '12:00:00')).thenKinds('session-connected');
  });

  it('the end of a session while another is there since before it', () => {
    given(connected(1n, '11:00:00', { session: 'tablet' }), connected(1n, '12:00:00'))
      .when(disconnected(1n, '12:10:00'))
      .thenKinds('session-disconnected');
  });

  it('a confirmation once', () => {
    given(disconnected(1n, '12:00:00'), deadline('12:00:00')).when(updated('10:00:00')).thenKinds('client-registered');
  });

  it('details alone: since when a connection that has ended had been there', () => {
    given(disconnected(1n, '12:10:00')).when(connected(1n, '12:00:00')).thenKinds();
  });

  it('a counter that is known to have restarted, though the session had ended before and after', () => {
    given(connected(50n, '10:00:00'), disconnected(60n, '13:00:00')).when(connected(1n, '12:00:00')).thenKinds('counter-restarted');
  });

  it('a connection that turns out not to have ended: its number repeats, so the take-over may be that of an earlier one', () => {
    given(connected(1n, '12:00:00'), takenOver(1n, '12:00:10'))
      .when(connected(1n, '10:00:00'))
      .thenKinds('session-connected')
      .thenStatus('connected');
  });

  it('that a client is offline, though since when stays: the successor was there and gone', () => {
    const tablet = { session: 'tablet' };
    given(connected(5n, '11:59:00', tablet), disconnected(5n, '11:59:10', tablet), takenOver(1n, '11:59:45'))
      .thenClient({ presence: 'online', since: '11:59:45' })
      .when(connected(4n, '11:59:20', tablet))
      .thenKinds('client-offline')
      .thenClient({ presence: 'offline', since: '11:59:45' });
  });

  it('details alone: that a client is online by a later take-over than before', () => {
    given(takenOver(1n, '12:00:00'), takenOver(1n, '12:10:00', { session: 'tablet' }))
      .when(deadline('12:00:00'))
      .thenKinds()
      .thenClient({ presence: 'online', since: '12:10:00' });
  });

  it('that a client moved to another source', () => {
    given(updated('10:00:00'), connected(1n, '11:00:00'))
      .when(disconnected(0n, '12:00:00', { source: '/namespaces/moved' }))
      .thenKinds()
      .thenClient({ source: '/namespaces/moved', presence: 'online' });
  });
});

describe('what is kept without a word', () => {
  it('an older connection, and its end: they may decide when more arrives', () => {
    given(connected(2n, '12:10:00')).when(disconnected(1n, '12:05:00')).thenRemembered();
    given(connected(1n, '12:00:00'), connected(2n, '12:10:00')).when(disconnected(1n, '12:10:30')).thenRemembered();
  });

  it('an earlier time of the same number: from now on it is known to repeat', () => {
    given(connected(1n, '12:00:00'))
      .when(connected(1n, '10:00:00'))
      .thenRemembered()
      .when(disconnected(1n, '11:59:59'))
      .thenRemembered()
      .thenStatus('connected');
  });
});

describe('what shows nowhere is no change', () => {
  it('a higher number at the very time of a connection that a later loss has ended', () => {
    given(connected(1n, '12:00:00'), disconnected(1n, '13:00:01')).when(connected(2n, '12:00:00')).thenRemembered();
  });

  it('the same update under another id', () => {
    given(updated('12:00:00', { id: '1' }))
      .when(updated('12:00:00', { id: '2' }))
      .thenRemembered();
  });

  it('the same Deleted under another id', () => {
    given(deleted('12:00:00', { id: '1' }))
      .when(deleted('12:00:00', { id: '2' }))
      .thenRemembered();
  });

  it('but another name in a Deleted of the same time does show', () => {
    given(deleted('12:00:00', { id: '1' }))
      .when(deleted('12:00:00', { id: '2', clientName: 'Pump' }))
      .thenKinds()
      .thenClient({ clientName: 'Pump' });
  });
});

describe('what is ignored', () => {
  it('a duplicate: exactly what is remembered', () => {
    given(connected(4n), disconnected(4n)).when(connected(4n)).thenIgnored('duplicate');
    given(connected(4n), disconnected(4n)).when(disconnected(4n)).thenIgnored('duplicate');
  });

  it('what is stale: overtaken by number and by time', () => {
    given(connected(4n, '12:00:00')).when(connected(3n, '11:00:00')).thenIgnored('stale');
    given(disconnected(4n, '12:00:00')).when(disconnected(3n, '11:00:00')).thenIgnored('stale');
    given(disconnected(4n, '12:00:00', { reason: 'B' }))
      .when(disconnected(4n, '12:00:00', { reason: 'A' }))
      .thenIgnored('stale');
  });

  it('leaves the offset where it was', () => {
    given(connected(4n)).when(connected(4n), connected(4n)).thenClient({ offset: '0' }).thenSession({ offset: '0' });
  });
});

describe('the fold', () => {
  it('takes a story in any order', () => {
    inAnyOrder(connected(1n), disconnected(1n), connected(2n)).thenStatus('connected');
    inAnyOrder(
      updated('10:00:00'),
      connected(1n, '11:00:00'),
      disconnected(1n, '11:30:00'),
      connected(2n, '12:00:00', { session: 'other' }),
      deleted('12:30:00'),
      deadline('11:30:00'),
    ).thenClient({ presence: 'online', exists: 'no', since: '12:00:00', source: '/namespaces/myns' });
  });

  it('keeps the source of the newest event, of one time the greater', () => {
    inAnyOrder(connected(1n, '12:00:00', { source: '/b' }), connected(2n, '12:00:00', { source: '/a' })).thenClient({ source: '/b' });
    inAnyOrder(connected(1n, '12:00:00', { source: '/\uffff' }), connected(2n, '12:00:00', { source: '/😀' })).thenClient({
      source: '/😀',
    });
    inAnyOrder(connected(9n, '12:00:00', { source: '/b' }), updated('12:00:01', { source: '/a' })).thenClient({ source: '/a' });
  });

  it('keeps the sessions in the order of their names’ UTF-8 bytes', () => {
    inAnyOrder(connected(1n, '12:00:00', { session: '\uffff' }), connected(1n, '12:00:00', { session: '😀' })).thenClient({
      sessions: ['\uffff', '😀'],
    });
  });

  it('marks the client and the session with the offset of the last event that told something new', () => {
    given(
      connected(1n, '12:00:00', { session: 'a' }),
      connected(1n, '12:00:00', { session: 'b' }),
      connected(1n, '12:00:00', { session: 'a' }),
    )
      .thenSession({ offset: '0' }, { session: 'a' })
      .thenSession({ offset: '1' }, { session: 'b' })
      .thenClient({ offset: '1' });
  });

  it('keeps the offset of a session where only the source of the client is news', () => {
    given(connected(1n, '12:00:00', { source: '/west' }))
      .when(connected(1n, '12:00:00', { source: '/west-2' }))
      .thenKinds()
      .thenClient({ source: '/west-2', offset: '1' })
      .thenSession({ offset: '0' });
  });

  it('leaves the client that it was given as it was', () => {
    const before = unseenClient(toClientKey(OURS.namespace, OURS.client));
    const first = fold(before, connected(1n), 0n, DEFAULT_SETTINGS);
    if (first.outcome !== 'changed') throw new Error('it changes');
    fold(first.client, disconnected(1n, '12:10:00'), 1n, DEFAULT_SETTINGS);
    expect(clientSnapshot(before)).toMatchObject({ presence: 'unknown', rememberedSessions: 0, offset: '-1' });
    expect(clientSnapshot(first.client)).toMatchObject({ presence: 'online', since: '2026-03-02T12:00:00.0000000Z', offset: '0' });
  });

  it('says which session an event was about', () => {
    const before = unseenClient(toClientKey(OURS.namespace, OURS.client));
    expect(fold(before, connected(1n), 0n, DEFAULT_SETTINGS)).toHaveProperty('session.session', 'session1');
    expect(fold(before, updated('12:00:00'), 0n, DEFAULT_SETTINGS)).not.toHaveProperty('session');
    const first = fold(before, connected(1n), 0n, DEFAULT_SETTINGS);
    if (first.outcome !== 'changed') throw new Error('it changes');
    expect(fold(first.client, connected(1n, '12:00:00', { source: '/namespaces/yours' }), 1n, DEFAULT_SETTINGS)).toMatchObject({
      session: { session: 'session1', offset: 0n },
    });
  });
});
