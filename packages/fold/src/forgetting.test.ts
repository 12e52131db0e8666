import { describe, expect, it } from 'vitest';
import type { ClientState } from './client.ts';
import { CONNECTED_SESSIONS_KEPT, DEFAULT_SETTINGS, OPEN_TAKE_OVERS_KEPT } from './settings.ts';
import {
  after,
  at,
  connected,
  DAYS,
  deadline,
  disconnected,
  given,
  HOURS,
  justAfter,
  MINUTES,
  replay,
  takenOver,
  under,
  updated,
} from './testing/index.ts';

const of = (session: string) => ({ session });
/** A session that connects and ends a minute later. */
const visit = (session: string, start: string) => [connected(1n, start, of(session)), disconnected(1n, after(MINUTES, start), of(session))];
const keeping = (sessionsKept: number) => under({ sessionsKept, sessionRetention: 0n });

describe('the sessions that ended', () => {
  const three = [...visit('c', '10:00:00'), ...visit('a', '11:00:00'), ...visit('b', '12:00:00')];

  it('are kept up to SESSIONS_KEPT, the oldest are forgotten', () => {
    keeping(2)
      .given(...three)
      .thenClient({ sessions: ['a', 'b'], presence: 'offline', since: '12:01:00' });
    keeping(3)
      .given(...three)
      .thenClient({ sessions: ['a', 'b', 'c'] });
    keeping(0)
      .given(...three)
      .thenClient({ sessions: ['a', 'b', 'c'] });
  });

  it('are 100, and for 7 days, unless told otherwise', () => {
    expect(DEFAULT_SETTINGS).toMatchObject({ sessionsKept: 100, sessionRetention: 6_048_000_000_000n });
  });

  it('are old by the newest time remembered, not by their ending: an ending may move backwards', () => {
    // b was seen last, by an older connection's loss; its last connection ended before a's.
    const story = keeping(1).given(
      connected(2n, '10:00:00', of('b')),
      disconnected(2n, '10:10:00', of('b')),
      connected(1n, '10:05:00', of('a')),
      disconnected(1n, '10:20:00', of('a')),
      disconnected(1n, '10:30:00', of('b')),
      connected(1n, '10:25:00', of('live')),
    );
    story.thenClient({ sessions: ['b', 'live'] });
  });

  it('are forgotten once the client has a session event more than SESSION_RETENTION newer', () => {
    const before = visit('a', '12:00:00');
    const latest = after(7 * DAYS, '12:01:00');
    given(...before, connected(1n, latest, of('b'))).thenClient({ sessions: ['a', 'b'] });
    given(...before, connected(1n, justAfter(latest), of('b'))).thenClient({ sessions: ['b'] });
    under({ sessionRetention: 0n })
      .given(...before, connected(1n, after(99 * DAYS), of('b')))
      .thenClient({ sessions: ['a', 'b'] });
  });

  it('are as old as the newest that is known of them: a loss found late counts', () => {
    given(connected(2n, '12:00:00', of('a')), disconnected(2n, '12:10:00', of('a')), disconnected(1n, '12:50:00', of('a')))
      .when(connected(1n, after(7 * DAYS, '12:30:00'), of('b')))
      .thenClient({ sessions: ['a', 'b'] });
  });

  it('of one age, are forgotten in the order of their names’ UTF-8 bytes', () => {
    const over = connected(1n, '12:00:00', of('live'));
    const gone = (...names: string[]) => names.map((name) => disconnected(1n, '10:00:00', of(name)));
    keeping(1)
      .given(...gone('a', 'b'), over)
      .thenClient({ sessions: ['b', 'live'] });
    keeping(1)
      .given(...gone('\uffff', '😀'), over)
      .thenClient({ sessions: ['live', '😀'] });
  });

  it('are not forgotten for an event of the resource: a quiet client keeps the last thing known of it', () => {
    given(...visit('a', '12:00:00'), ...visit('b', '12:10:00'), updated(after(99 * DAYS))).thenClient({ sessions: ['a', 'b'] });
  });

  it('are never forgotten while presence, since and reason come from them', () => {
    const story = keeping(1).given(
      connected(1n, '10:00:00', of('a')),
      disconnected(1n, '10:00:20', { ...of('a'), reason: 'ConnectionLost' }),
      // By a clock that is 15 s behind, its end comes before its beginning.
      connected(1n, '10:00:25', of('b')),
      disconnected(1n, '10:00:10', of('b')),
    );
    story.thenClient({ sessions: ['a', 'b'], presence: 'offline', since: '10:00:20', disconnectionReason: 'ConnectionLost' });
  });

  it('are never forgotten while their take-over keeps the client online, but once a deadline covers it', () => {
    keeping(1)
      .given(connected(1n, '10:00:00', of('a')), takenOver(1n, '11:00:00', of('a')))
      .when(disconnected(1n, '11:10:00', of('b')), disconnected(1n, '11:20:00', of('c')))
      .thenClient({ sessions: ['a', 'c'], presence: 'online', since: '11:00:00' })
      .when(deadline('11:20:00'))
      .thenKinds('client-offline', 'client-offline-confirmed')
      .thenClient({ sessions: ['c'], presence: 'offline', since: '11:20:00', offlineConfirmed: true });
  });
});

describe('the sessions that are connected', () => {
  it('are not limited by SESSIONS_KEPT, nor by SESSION_RETENTION', () => {
    const names = ['a', 'b', 'c', 'd'];
    keeping(1)
      .given(...names.map((name) => connected(1n, '10:00:00', of(name))))
      .thenClient({ sessions: names, connectedSessions: 4 });
    given(connected(1n, '10:00:00', of('quiet')), connected(1n, after(99 * DAYS), of('other'))).thenClient({ connectedSessions: 2 });
  });

  it('are 1,000 at most: the oldest is dropped, and counted', () => {
    const many = Array.from({ length: CONNECTED_SESSIONS_KEPT }, (_, at) => connected(1n, after(at), of(`s${at}`)));
    const { clients, outcomes } = replay([disconnected(1n, after(-1), of('gone')), ...many, connected(1n, after(9_999), of('one more'))]);
    const [client] = [...clients.values()];
    expect(client?.presence.connectedSessions).toBe(1_000);
    expect(client?.sessions.some(({ session }) => session === 's0')).toBe(false);
    expect(client?.sessions.some(({ session }) => session === 's1')).toBe(true);
    expect(client?.sessions.some(({ session }) => session === 'gone')).toBe(true);
    expect(outcomes.at(-2)).toMatchObject({ outcome: 'changed', evicted: 0 });
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'changed', evicted: 1, kinds: ['session-connected'] });
  });

  it('are 1,000 at most: none that ended is dropped in place of one, nor counted', () => {
    const log = [...visit('a', '10:00:00'), ...visit('b', '11:00:00')];
    const { clients, outcomes } = replay(log, { ...DEFAULT_SETTINGS, sessionsKept: 1 });
    expect([...clients.values()][0]?.sessions).toHaveLength(1);
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'changed', evicted: 0 });
  });
});

describe('what comes of a session that is not remembered', () => {
  const forgotten = keeping(1).given(...visit('a', '10:00:00'), ...visit('b', '11:00:00'));

  it('is ignored as forgotten, at or before the newest time of those that were forgotten', () => {
    forgotten.thenClient({ sessions: ['b'] });
    forgotten.when(connected(1n, '10:00:00', of('a'))).thenIgnored('forgotten');
    forgotten.when(connected(1n, '10:01:00', of('never seen'))).thenIgnored('forgotten');
    forgotten.when(connected(1n, justAfter('10:01:00'), of('never seen'))).thenKinds('session-connected', 'client-online');
  });

  it('brings a forgotten session back, if it is newer', () => {
    forgotten
      .when(connected(2n, '12:00:00', of('a')))
      .thenKinds('session-connected', 'client-online')
      .thenClient({ sessions: ['a', 'b'], presence: 'online', since: '12:00:00' });
  });

  it('never counts again what is older than what was forgotten: half a memory would show connected what has long ended', () => {
    forgotten
      .when(disconnected(3n, '12:00:00', of('a')))
      .thenStatus('disconnected', of('a'))
      .when(connected(5n, '10:00:30', of('a')))
      .thenIgnored('forgotten')
      .thenStatus('disconnected', of('a'));
  });

  it('is no matter to a session that came up before any was forgotten', () => {
    forgotten
      .when(connected(1n, '09:00:00', of('b')))
      .thenRemembered()
      .when(connected(1n, '08:00:00', of('b')))
      .thenRemembered();
  });

  it('is remembered by the mark alone, if it is older than all that is kept', () => {
    keeping(1)
      .given(...visit('b', '11:00:00'))
      .when(disconnected(1n, '10:00:00', of('late')))
      .thenRemembered()
      .thenClient({ sessions: ['b'] })
      .when(disconnected(1n, '09:00:00', of('later')))
      .thenIgnored('forgotten');
  });

  it('tells of its end where it was connected, though it is forgotten at once', () => {
    keeping(1)
      .given(connected(1n, '10:00:00', of('a')), ...visit('b', '11:00:00'))
      .when(disconnected(1n, '10:30:00', of('a')))
      .thenKinds('session-disconnected', 'client-offline')
      .thenClient({ sessions: ['b'], since: '11:01:00' });
  });
});

describe('the sessions whose take-over waits for its successor', () => {
  const overtaken = keeping(1).given(
    connected(1n, '09:00:00', of('quiet')),
    connected(1n, '10:00:00', of('a')),
    takenOver(1n, '11:00:00', of('a')),
    takenOver(1n, '11:10:00', of('b')),
    disconnected(1n, '12:00:00', of('c')),
  );

  it('are kept while another session is connected: once that ends, they keep the client online', () => {
    overtaken
      .thenClient({ sessions: ['a', 'b', 'c', 'quiet'] })
      .when(disconnected(1n, '12:10:00', of('quiet')))
      .thenClient({ presence: 'online', since: '11:00:00', connectedSessions: 0 });
  });

  it('are kept each of them: the successor of the earlier one may still come', () => {
    overtaken
      .when(connected(1n, '11:00:05', of('successor')), disconnected(1n, '11:00:06', of('successor')))
      .when(disconnected(1n, '12:10:00', of('quiet')))
      .thenClient({ presence: 'online', since: '11:10:00' });
  });

  it('are forgotten once the successor is there', () => {
    overtaken.when(connected(1n, '11:20:00', of('successor'))).thenClient({ sessions: ['c', 'quiet', 'successor'] });
  });

  it('are kept beyond SESSION_RETENTION', () => {
    under({ sessionsKept: 0 })
      .given(connected(1n, '09:00:00', of('quiet')), takenOver(1n, '11:00:00', of('a')), disconnected(1n, '11:00:00', of('b')))
      .when(disconnected(1n, after(30 * DAYS), of('c')))
      .thenClient({ sessions: ['a', 'c', 'quiet'] });
  });

  it('are forgotten once a deadline covers them, which shows in nothing else', () => {
    overtaken
      .when(deadline('11:10:00'))
      .thenKinds()
      .thenClient({ sessions: ['c', 'quiet'], presence: 'online', since: '09:00:00', rememberedSessions: 2 });
  });

  it('are 100 at most, the newest, and the one that gives since', () => {
    expect(OPEN_TAKE_OVERS_KEPT).toBe(100);
    // The newest is the first by name.
    const name = (at: number) => of(`s${999 - at}`);
    const many = Array.from({ length: OPEN_TAKE_OVERS_KEPT + 3 }, (_, at) => takenOver(1n, after(at), name(at)));
    const sessions = (from: number) =>
      many
        .slice(from)
        .map(({ data }) => data.clientSessionName)
        .reverse();
    keeping(1)
      .given(...many)
      .thenClient({ sessions: [...sessions(3), 's999'], presence: 'online', since: after(0) });
    // Its loss was found late: it is not the oldest of them.
    const first = [connected(2n, after(-65), of('t')), takenOver(2n, after(-5), of('t')), disconnected(1n, after(1), of('t'))];
    keeping(1)
      .given(...first, ...many)
      .thenClient({ sessions: [...sessions(3), 't'], presence: 'online', since: after(-5) });
    keeping(1)
      .given(connected(1n, after(-3_600), of('quiet')), ...many)
      .thenClient({ sessions: ['quiet', ...sessions(3)] });
  });
});

describe('a take-over whose successor was forgotten', () => {
  it('keeps nobody online', () => {
    keeping(2)
      .given(connected(1n, '09:00:00', of('quiet')), connected(1n, '10:00:00', of('a')))
      // Clocks disagree: the successor has come and gone before the take-over is told.
      .when(connected(1n, '10:09:50', of('b')), disconnected(1n, '10:09:55', of('b')), takenOver(1n, '10:10:00', of('a')))
      .when(connected(1n, '09:30:00', of('c')), disconnected(1n, '11:00:00', of('c')))
      .thenClient({ sessions: ['a', 'c', 'quiet'], presence: 'online', since: '09:00:00' })
      .when(disconnected(1n, '12:00:00', of('quiet')))
      .thenClient({ presence: 'offline', since: '12:00:00' });
  });

  it('keeps nobody online from the moment on at which its successor is forgotten', () => {
    keeping(2)
      .given(connected(1n, '10:00:00', of('a')), connected(1n, '10:09:50', of('b')), disconnected(1n, '10:09:55', of('b')))
      .when(takenOver(1n, '10:10:00', of('a')))
      .when(connected(1n, '09:30:00', of('c')), disconnected(1n, '11:00:00', of('c')))
      .thenClient({ sessions: ['a', 'c'], presence: 'offline', since: '11:00:00' })
      // Nothing is forgotten by these,
      .when(deadline('10:00:00'))
      .thenRemembered()
      .when(disconnected(1n, '11:10:00', of('c')))
      .thenClient({ sessions: ['a', 'c'], presence: 'offline', since: '11:10:00' })
      // but now the take-over is, which waits no more.
      .when(disconnected(1n, '11:20:00', of('d')))
      .thenClient({ sessions: ['c', 'd'], presence: 'offline' })
      // A newer one has a successor of its own.
      .when(connected(1n, '12:00:00', of('e')), takenOver(1n, '12:10:00', of('e')))
      .thenPresence('online')
      .when(connected(1n, '12:20:00', of('f')), disconnected(1n, '12:30:00', of('f')))
      .thenClient({ presence: 'offline', since: '12:30:00' });
  });
});

describe('what is remembered of the sessions that were forgotten', () => {
  const forgottenOf = (...log: Parameters<typeof replay>[0]) => {
    const { clients } = replay(log, { ...DEFAULT_SETTINGS, sessionsKept: 1 });
    return [...clients.values()][0]?.forgotten;
  };

  it('is the newest time of any of them, and the newest Connected', () => {
    expect(forgottenOf(...visit('a', '10:00:00'), ...visit('b', '11:00:00'))).toEqual({ upTo: at('10:01:00'), connected: at('10:00:00') });
    expect(forgottenOf(...visit('a', '10:00:00'), ...visit('b', '11:00:00'), ...visit('c', '12:00:00'))).toEqual({
      upTo: at('11:01:00'),
      connected: at('11:00:00'),
    });
  });

  it('stays, when an older session is forgotten later', () => {
    const quiet = [connected(1n, '09:00:00', of('quiet')), ...visit('a', '10:00:00'), ...visit('b', '11:00:00')];
    expect(forgottenOf(...quiet, disconnected(1n, '09:30:00', of('quiet')))).toEqual({ upTo: at('10:01:00'), connected: at('10:00:00') });
  });

  it('is the newest Connected by time, not by number', () => {
    const a = [connected(5n, '10:00:00', of('a')), connected(4n, '10:00:20', of('a')), disconnected(5n, '10:10:00', of('a'))];
    expect(forgottenOf(...a, ...visit('b', '11:00:00'))).toEqual({ upTo: at('10:10:00'), connected: at('10:00:20') });
  });

  it('is a Connected, though the session ended before it by a clock that is behind', () => {
    const a = [connected(1n, '10:00:25', of('a')), disconnected(1n, '10:00:10', of('a'))];
    expect(forgottenOf(...a, ...visit('b', '11:00:00'))).toEqual({ upTo: at('10:00:25'), connected: at('10:00:25') });
  });

  it('is a loss that was found late', () => {
    const a = [connected(2n, '10:00:00', of('a')), disconnected(2n, '10:10:00', of('a')), disconnected(1n, '10:30:00', of('a'))];
    expect(forgottenOf(...a, ...visit('b', '11:00:00'))).toEqual({ upTo: at('10:30:00'), connected: at('10:00:00') });
  });

  it('is no Connected, where none was seen', () => {
    expect(forgottenOf(disconnected(1n, '10:00:00', of('a')), ...visit('b', '11:00:00'))).toEqual({
      upTo: at('10:00:00'),
      connected: undefined,
    });
  });
});

describe('a client that takes a new session name for each connection', () => {
  it('keeps 100 of 2,000, and knows to be offline', () => {
    const events = Array.from({ length: 2_000 }, (_, at) => [
      connected(1n, after(at * 60), of(`name-${at}`)),
      disconnected(1n, after(at * 60 + 30), of(`name-${at}`)),
    ]);
    const { clients } = replay(events.flat(), { ...DEFAULT_SETTINGS, sessionRetention: 0n });
    const [client] = [...clients.values()] as [ClientState];
    expect(client.sessions).toHaveLength(100);
    expect(client.forgotten?.upTo).toBe(after(1_899 * 60 + 30));
    expect(client.presence).toMatchObject({ presence: 'offline', since: after(1_999 * 60 + 30), connectedSessions: 0 });
  });

  it('keeps those of a week, where SESSIONS_KEPT is no limit', () => {
    const hours = Array.from({ length: 14 * 24 }, (_, at) => disconnected(1n, after(at * HOURS), of(`hour-${at}`)));
    const { clients } = replay(hours, { ...DEFAULT_SETTINGS, sessionsKept: 0 });
    expect([...clients.values()][0]?.sessions).toHaveLength(7 * 24 + 1);
  });
});
