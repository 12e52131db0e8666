import { describe, it } from 'vitest';
import {
  after,
  connected,
  DAYS,
  deadline,
  deleted,
  disconnected,
  given,
  HOURS,
  inAnyOrder,
  justAfter,
  MINUTES,
  takenOver,
  updated,
} from './testing/index.ts';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

describe('a counter that restarts', () => {
  it('Connected(1), Disconnected(1), Connected(1) two days later is connected', () => {
    inAnyOrder(connected(1n, '12:00:00'), disconnected(1n, '13:00:00'), connected(1n, after(2 * DAYS)))
      .thenStatus('connected')
      .thenSession({ sequenceNumber: '1', connectedAt: after(2 * DAYS), disconnectedAt: undefined });
  });

  it('Connected(50), Disconnected(50), Connected(1) ten minutes later is connected, and says that the counter restarted', () => {
    inAnyOrder(connected(50n, '12:00:00'), disconnected(50n, '12:05:00'), connected(1n, '12:15:00'))
      .thenStatus('connected')
      .thenSession({ sequenceNumber: '1', connectedAt: '12:15:00', counterRestarted: true });
  });

  it('a new run that passes the old highest number is an ordinary one again', () => {
    const oldRun = [connected(2n, '10:00:00'), disconnected(2n, '10:30:00')];
    const newRun = [connected(1n, '12:00:00'), disconnected(1n, '12:10:00')];
    given(...oldRun, ...newRun)
      .thenSession({ status: 'disconnected', sequenceNumber: '1', counterRestarted: true })
      .when(connected(2n, '13:00:00'))
      .thenSession({ status: 'connected', sequenceNumber: '2', connectedAt: '13:00:00', counterRestarted: false })
      .when(connected(3n, '14:00:00'), disconnected(3n, '14:30:00'))
      .thenSession({ status: 'disconnected', sequenceNumber: '3', connectedAt: '14:00:00', counterRestarted: false });
    inAnyOrder(...oldRun, ...newRun, connected(3n, '14:00:00')).thenSession({ status: 'connected', sequenceNumber: '3' });
  });

  it('the restart 20 s after the old run (the known limit, documented): within the clocks’ skew a restart looks like an older connection', () => {
    const hidden = inAnyOrder(connected(50n, '12:00:00'), disconnected(50n, '12:00:10'), connected(1n, '12:00:20'));
    hidden.thenSession({ status: 'disconnected', sequenceNumber: '50', counterRestarted: false });
    // The next connection of the new run puts it right.
    given(connected(50n, '12:00:00'), disconnected(50n, '12:00:10'), connected(1n, '12:00:20'))
      .when(connected(2n, '12:05:00'))
      .thenSession({ status: 'connected', sequenceNumber: '2', counterRestarted: true });
  });
});

describe('an end that is found late', () => {
  it('Disconnected(1) found 29 minutes after Connected(2) leaves the device connected', () => {
    const found = disconnected(1n, after(29 * MINUTES, '12:30:00'), { reason: 'ConnectionLost' });
    inAnyOrder(connected(1n, '12:00:00'), connected(2n, '12:30:00'), found).thenStatus('connected').thenPresence('online');
    inAnyOrder(connected(1n, '12:00:00'), connected(2n, '12:30:00'), found, disconnected(2n, '13:10:00')).thenSession({
      status: 'disconnected',
      sequenceNumber: '2',
      since: '13:10:00',
    });
  });

  it('Disconnected one second before its Connected by skew still ends it', () => {
    inAnyOrder(connected(1n, '12:00:01'), disconnected(1n, '12:00:00')).thenSession({
      status: 'disconnected',
      since: '12:00:00',
      connectedAt: '12:00:01',
    });
  });

  it('Disconnected without any Connected is a disconnected session of which nobody knows since when it had been connected', () => {
    given()
      .when(disconnected(7n, '12:00:00', { reason: 'ConnectionLost' }))
      .thenKinds('session-disconnected', 'client-offline')
      .thenSession({
        status: 'disconnected',
        since: '12:00:00',
        sequenceNumber: '7',
        connectedAt: undefined,
        disconnectionReason: 'ConnectionLost',
      });
  });

  it('the Connected that comes after its Disconnected does not bring the device back, it only says since when it had been there', () => {
    given(disconnected(5n, '12:10:00'))
      .when(connected(5n, '12:00:00'))
      .thenKinds()
      .thenSession({ status: 'disconnected', connectedAt: '12:00:00', disconnectedAt: '12:10:00' });
  });
});

describe('a take-over', () => {
  it('a take-over with a repeated number leaves the successor connected', () => {
    for (const end of ['12:30:00', '12:30:00.2', '12:30:29']) {
      inAnyOrder(connected(1n, '12:00:00'), takenOver(1n, end), connected(1n, '12:30:00.1'))
        .thenSession({ status: 'connected', connectedAt: '12:30:00.1' })
        .thenPresence('online');
    }
  });

  it('a take-over with the next number leaves the successor connected, and nobody is told that the client was offline', () => {
    given(connected(1n, '12:00:00'))
      .when(takenOver(1n, '12:30:00'))
      .thenKinds('session-disconnected')
      .thenPresence('online')
      .when(connected(2n, '12:30:00.1'))
      .thenKinds('session-connected')
      .thenPresence('online');
  });

  it('a successor that never comes: the client is online until the grace is over, then offline and confirmed at once', () => {
    given(connected(1n, '12:00:00'), takenOver(1n, '12:30:00'))
      .thenClient({ presence: 'online', since: '12:30:00', connectedSessions: 0 })
      .when(deadline('12:30:00'))
      .thenKinds('client-offline', 'client-offline-confirmed')
      .thenClient({ presence: 'offline', since: '12:30:00', offlineConfirmed: true, disconnectionReason: 'SessionTakenOver' });
  });
});

describe('a take-over by another session', () => {
  const FIRST = { session: 's1' };
  const SECOND = { session: 's2' };

  it('ten seconds after the first connection: when the successor leaves, the client is offline, and confirmed after the grace', () => {
    const events = [
      connected(1n, '12:00:00', FIRST),
      connected(1n, '12:00:10', SECOND),
      takenOver(1n, '12:00:10', FIRST),
      disconnected(1n, '12:01:00', SECOND),
    ];
    inAnyOrder(...events)
      .thenClient({ presence: 'offline', since: '12:01:00', offlineConfirmed: false, connectedSessions: 0 })
      .thenClient({ disconnectionReason: 'ClientInitiatedDisconnect' });
    inAnyOrder(...events, deadline('12:01:00')).thenClient({ presence: 'offline', since: '12:01:00', offlineConfirmed: true });
  });

  it('ten seconds after the first connection, and nothing more: no session is connected, and the client is offline after the grace', () => {
    const events = [connected(1n, '12:00:00', FIRST), takenOver(1n, '12:00:10', FIRST)];
    inAnyOrder(...events).thenClient({ presence: 'online', since: '12:00:10', connectedSessions: 0 });
    inAnyOrder(...events, deadline('12:00:10')).thenClient({ presence: 'offline', since: '12:00:10', offlineConfirmed: true });
  });

  it('whose own connection then ends cleanly: the client is offline at once, not only after the grace', () => {
    given(connected(1n, '12:00:00', FIRST), connected(1n, '12:10:00', SECOND), takenOver(1n, '12:10:00', FIRST))
      .thenClient({ presence: 'online', since: '12:10:00', connectedSessions: 1 })
      .when(disconnected(1n, '12:11:40', SECOND))
      .thenKinds('session-disconnected', 'client-offline')
      .thenClient({ presence: 'offline', since: '12:11:40', offlineConfirmed: false, disconnectionReason: 'ClientInitiatedDisconnect' });
  });

  it('whose end is known before its beginning: the client is offline when both are known', () => {
    given(connected(1n, '12:00:00', FIRST), takenOver(1n, '12:10:00', FIRST), disconnected(1n, '12:11:40', SECOND))
      .thenPresence('online')
      .when(connected(1n, '12:10:00', SECOND))
      .thenKinds('client-offline')
      .thenClient({ presence: 'offline', since: '12:11:40' });
  });
});

describe('a client that is deleted', () => {
  it('deleted while connected, its Disconnected a second after the Deleted: it is gone, and offline for the reason given', () => {
    const online = [updated('09:00:00'), connected(1n, '10:00:00')];
    given(...online)
      .when(deleted('12:00:00'))
      .thenKinds('client-deleted')
      .thenClient({ exists: 'no', presence: 'online', deletedAt: '12:00:00' });
    inAnyOrder(...online, deleted('12:00:00'), disconnected(1n, '12:00:01', { reason: 'ClientAuthenticationError' })).thenClient({
      exists: 'no',
      presence: 'offline',
      since: '12:00:01',
      disconnectionReason: 'ClientAuthenticationError',
    });
  });

  it('a Deleted of an unknown client is no error: created and deleted within five seconds, it yields nothing else', () => {
    given().when(deleted('12:00:00')).thenKinds('client-deleted').thenClient({ exists: 'no', presence: 'unknown', clientName: 'client1' });
  });

  it.each(['12:00:04', '12:00:10'])(
    'delete and re-create 6 s apart with the Deleted 4 s late (at %s) leaves the new client there',
    (late) => {
      const before = updated('11:00:00', { state: 'Disabled' });
      const again = updated('12:00:06', { state: 'Enabled' });
      inAnyOrder(before, deleted(late), again).thenClient({ exists: 'yes', state: 'Enabled', createdOn: '12:00:06', deletedAt: undefined });
    },
  );
});

describe('identity', () => {
  it('same id, other content: both events count, for ids are not compared', () => {
    inAnyOrder(connected(1n, '12:00:00', { id: 'same' }), disconnected(1n, '12:01:00', { id: 'same' })).thenStatus('disconnected');
    inAnyOrder(
      updated('12:00:00', { id: 'same', attributes: { floor: 1 } }),
      updated('12:00:00', { id: 'same', attributes: { floor: 2 } }),
      updated('12:00:00', { id: 'same', attributes: { floor: 10 } }),
    ).thenClient({ attributes: { floor: 2 } });
  });

  it('two ids, same content: the second tells nothing new', () => {
    given(connected(1n, '12:00:00', { id: 'first' }))
      .when(connected(1n, '12:00:00', { id: 'second' }))
      .thenIgnored('duplicate');
    given(disconnected(1n, '12:00:00', { id: 'first' }))
      .when(disconnected(1n, '12:00:00', { id: 'second' }))
      .thenIgnored('duplicate');
    given(updated('12:00:00', { id: 'a' }))
      .when(updated('12:00:00', { id: 'b' }))
      .thenRemembered();
    given(updated('12:00:00', { id: 'b' }))
      .when(updated('12:00:00', { id: 'a' }))
      .thenIgnored('stale');
    given(deleted('12:00:00', { id: 'a' }))
      .when(deleted('12:00:00', { id: 'b' }))
      .thenRemembered();
  });

  it('names that differ only in case are different clients, and different sessions', () => {
    given(connected(1n, '12:00:00', { client: 'Pump' }), disconnected(1n, '12:01:00', { client: 'pump' }))
      .thenPresence('online', { client: 'Pump' })
      .thenPresence('offline', { client: 'pump' });
    given(connected(1n, '12:00:00', { session: 'S' }), disconnected(1n, '12:01:00', { session: 's' }))
      .thenStatus('connected', { session: 'S' })
      .thenStatus('disconnected', { session: 's' })
      .thenClient({ sessions: ['S', 's'], connectedSessions: 1 });
    given(connected(1n, '12:00:00', { namespace: 'NS' }), disconnected(1n, '12:01:00', { namespace: 'ns' }))
      .thenPresence('online', { namespace: 'NS' })
      .thenPresence('offline', { namespace: 'ns' });
  });
});

describe('numbers and times at their edges', () => {
  it('numbers 0, negative and the int64 edges are ordered exactly', () => {
    const neighbours = [MIN, MIN + 1n, -1n, 0n, 1n, 2n ** 53n, 2n ** 53n + 1n, MAX - 1n, MAX];
    for (const [index, higher] of neighbours.entries()) {
      const lower = neighbours[index - 1] ?? MIN;
      if (lower === higher) continue;
      // A minute apart the number decides; the lower one is only a connection whose loss was found late.
      inAnyOrder(connected(lower, '12:00:00'), connected(higher, '12:01:00'), disconnected(lower, '12:02:00')).thenSession({
        status: 'connected',
        sequenceNumber: `${higher}`,
      });
      inAnyOrder(connected(lower, '12:00:00'), connected(higher, '12:01:00'), disconnected(higher, '12:02:00')).thenSession({
        status: 'disconnected',
        sequenceNumber: `${higher}`,
      });
    }
  });

  it('times with an offset, no fraction, lower-case z are one moment, and one event', () => {
    given(connected(1n, '2026-03-02T12:00:00.0000000Z'))
      .when(connected(1n, '2026-03-02T14:00:00+02:00'))
      .thenIgnored('duplicate')
      .when(connected(1n, '2026-03-02t12:00:00z'))
      .thenIgnored('duplicate')
      .thenSession({ since: '12:00:00' });
  });

  it('a tick of 100 ns decides', () => {
    inAnyOrder(connected(1n, '12:00:00.0000001'), connected(1n, '11:00:00'), disconnected(1n, '12:00:00')).thenStatus('connected');
    inAnyOrder(connected(1n, '12:00:00.0000001'), connected(1n, '11:00:00'), disconnected(1n, '12:00:00.0000001')).thenStatus(
      'disconnected',
    );
  });

  it('a time in the far future is as good as any: to keep it out is the task of ingest, which knows the hour', () => {
    inAnyOrder(connected(1n, '9999-12-31T23:59:59.9999999Z'), disconnected(1n, '12:00:00')).thenSession({
      status: 'connected',
      since: '9999-12-31T23:59:59.9999999Z',
    });
  });
});

describe('a deadline', () => {
  const offline = [connected(1n, '12:00:00'), disconnected(1n, '12:10:00')];

  it('duplicated, is ignored', () => {
    given(...offline)
      .when(deadline('12:10:00'))
      .thenKinds('client-offline-confirmed')
      .when(deadline('12:10:00'))
      .thenIgnored('duplicate')
      .thenClient({ offlineConfirmed: true });
  });

  it('late, after the client has come back, takes nobody offline', () => {
    given(...offline, connected(2n, '12:10:30'))
      .when(deadline('12:10:00'))
      .thenRemembered()
      .thenClient({ presence: 'online', since: '12:10:30', offlineConfirmed: false });
  });

  it('late, after the client has come back and gone again, does not confirm the new ending', () => {
    given(...offline, connected(2n, '12:10:30'), disconnected(2n, '12:10:40'))
      .when(deadline('12:10:00'))
      .thenRemembered()
      .thenClient({ presence: 'offline', since: '12:10:40', offlineConfirmed: false });
  });

  it('lost and re-armed, confirms whenever it comes', () => {
    given(...offline)
      .thenClient({ offlineConfirmed: false })
      .when(deadline('12:10:00', { id: 'written by the next owner' }))
      .thenKinds('client-offline-confirmed');
  });

  it('for an older ending than one that is confirmed, is ignored', () => {
    given(...offline, disconnected(2n, '12:20:00'), deadline('12:20:00'))
      .when(deadline('12:10:00'))
      .thenIgnored('stale')
      .thenClient({ offlineConfirmed: true, since: '12:20:00' });
  });

  it('covers what is older and arrives later: the client has been offline since long', () => {
    given(disconnected(2n, '12:20:00'), deadline('12:20:00'))
      .when(disconnected(2n, justAfter('12:20:00')))
      .thenKinds('session-disconnected')
      .thenClient({ offlineConfirmed: false });
    given(deadline('12:20:00'))
      .when(disconnected(2n, '12:20:00'))
      .thenKinds('session-disconnected', 'client-offline', 'client-offline-confirmed');
  });

  it('commutes with everything, like any other event', () => {
    inAnyOrder(...offline, takenOver(2n, '12:20:00'), deadline('12:10:00'), connected(3n, after(2 * HOURS))).thenPresence('online');
    inAnyOrder(...offline, takenOver(2n, '12:20:00'), deadline('12:20:00')).thenClient({ presence: 'offline', offlineConfirmed: true });
  });
});
