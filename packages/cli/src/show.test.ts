import type { Change, ClientSnapshot, SessionSnapshot } from '@rollcall/client';
import { describe, expect, it } from 'vitest';
import type { Paint } from './paint.ts';
import { showChange, showClient, showClients, showCounts, showSession } from './show.ts';

const client: ClientSnapshot = {
  namespace: 'myns',
  client: 'pump',
  source: '/ns',
  presence: 'offline',
  since: '2026-03-02T12:05:00.0000000Z',
  offlineConfirmed: false,
  disconnectionReason: 'ConnectionLost',
  connectedSessions: 0,
  rememberedSessions: 1,
  exists: 'yes',
  state: 'Enabled',
  attributes: { site: 9007199254740993n },
  createdOn: '2026-03-01T00:00:00.0000000Z',
  updatedOn: '2026-03-01T00:00:01.0000000Z',
  offset: '7',
};
const session: SessionSnapshot = {
  namespace: 'myns',
  client: 'pump',
  session: 's1',
  status: 'disconnected',
  since: '2026-03-02T12:05:00.0000000Z',
  sequenceNumber: '9223372036854775807',
  connectedAt: '2026-03-02T12:00:00.0000000Z',
  disconnectedAt: '2026-03-02T12:05:00.0000000Z',
  disconnectionReason: 'ConnectionLost',
  counterRestarted: false,
  offset: '7',
};

/** Shows what was painted. */
const marked: Paint = (meaning, text) => `<${meaning}>${text}</>`;

describe('a client', () => {
  it('is shown with why it is offline, whether that is confirmed, its resource and its sessions', () => {
    expect(showClient({ client, sessions: [session] })).toBe(
      [
        'client      myns/pump',
        'presence    offline (ConnectionLost), not confirmed yet',
        'since       2026-03-02T12:05:00.0000000Z',
        'resource    registered, Enabled',
        'attributes  {"site":9007199254740993}',
        'created     2026-03-01T00:00:00.0000000Z',
        'updated     2026-03-01T00:00:01.0000000Z',
        '',
        'SESSION  STATUS        SINCE                         NUMBER               REASON',
        's1       disconnected  2026-03-02T12:05:00.0000000Z  9223372036854775807  ConnectionLost',
      ].join('\n'),
    );
  });

  it('is green online, yellow while its offline may turn out to be none, red when that is confirmed', () => {
    const shown = (change: Partial<ClientSnapshot>) => showClients([{ ...client, ...change }], marked);
    expect(shown({ presence: 'online' })).toContain('<good>online</>');
    expect(shown({ offlineConfirmed: false })).toContain('<doubtful>offline</>');
    expect(shown({ offlineConfirmed: true })).toContain('<bad>offline</>');
    expect(showClient({ client, sessions: [session] }, marked)).toContain('<bad>disconnected</>');
  });

  it('of which only its deletion is known has neither since nor sessions', () => {
    const deleted: ClientSnapshot = {
      namespace: 'myns',
      client: 'pump',
      source: '/ns',
      presence: 'unknown',
      offlineConfirmed: false,
      connectedSessions: 0,
      rememberedSessions: 0,
      exists: 'no',
      deletedAt: '2026-03-02T13:00:00.0000000Z',
      offset: '8',
    };
    expect(showClient({ client: deleted, sessions: [] })).toBe(
      ['client    myns/pump', 'presence  unknown', 'since     -', 'resource  deleted at 2026-03-02T13:00:00.0000000Z'].join('\n'),
    );
  });

  it('is a line in a list', () => {
    const online: ClientSnapshot = { ...client, client: 'fan', presence: 'online', connectedSessions: 1, exists: 'unknown' };
    expect(showClients([client, online]).split('\n').slice(1)).toEqual([
      'pump    offline   2026-03-02T12:05:00.0000000Z  ConnectionLost  0/1       Enabled',
      'fan     online    2026-03-02T12:05:00.0000000Z  ConnectionLost  1/1       -',
    ]);
  });
});

it('shows all there is of a session, and a dash for what is not', () => {
  const { connectedAt: _, ...unheard } = session;
  expect(showSession({ ...unheard, counterRestarted: true })).toBe(
    [
      'session            myns/pump/s1',
      'status             disconnected',
      'since              2026-03-02T12:05:00.0000000Z',
      'sequence number    9223372036854775807',
      'connected at       -',
      'disconnected at    2026-03-02T12:05:00.0000000Z',
      'reason             ConnectionLost',
      'counter restarted  yes',
    ].join('\n'),
  );
});

describe('counts', () => {
  const counts = {
    namespace: 'myns',
    clients: 4,
    presence: { online: 2, offline: 1, unknown: 1 },
    offlineConfirmed: 1,
    reason: { ConnectionLost: 1 },
    exists: { yes: 2, no: 1, unknown: 1 },
    state: { Enabled: 2 },
  };

  it('show the presence of each namespace, of the offline ones why, and the resources', () => {
    expect(showCounts([counts])).toBe(
      [
        'NAMESPACE  CLIENTS  ONLINE  OFFLINE  CONFIRMED  UNKNOWN',
        'myns       4        2       1        1          1',
        '',
        'NAMESPACE  OFFLINE REASON  CLIENTS',
        'myns       ConnectionLost  1',
        '',
        'NAMESPACE  RESOURCE  CLIENTS',
        'myns       Enabled   2',
        'myns       deleted   1',
      ].join('\n'),
    );
  });

  it('leave out a table that would be empty', () => {
    const shown = showCounts([{ ...counts, reason: {}, exists: { yes: 0, no: 0, unknown: 4 }, state: {} }]);
    expect(shown.split('\n')).toHaveLength(2);
  });
});

describe('a change', () => {
  const change: Change = {
    position: { partition: 0, offset: '7' },
    kinds: ['session-disconnected', 'client-offline'],
    client,
    session,
    event: { time: '2026-03-02T12:05:00.1234567Z' },
  };

  it('is one line: when, who, what, why', () => {
    expect(showChange(change)).toBe('2026-03-02T12:05:00.1234567Z  myns/pump/s1  session-disconnected client-offline  ConnectionLost');
  });

  it('of the client’s resource names no session', () => {
    const { session: _, ...ofClient } = change;
    expect(showChange({ ...ofClient, kinds: ['client-updated'] })).toBe('2026-03-02T12:05:00.1234567Z  myns/pump  client-updated');
  });

  it('is painted by what became of the client', () => {
    expect(showChange(change, marked)).toContain('  session-disconnected <doubtful>client-offline</>  ');
    expect(showChange({ ...change, kinds: ['client-offline-confirmed'] }, marked)).toContain('<bad>client-offline-confirmed</>');
  });

  it('that shows only in details says so, and no name breaks its line', () => {
    expect(showChange({ ...change, kinds: [], client: { ...client, client: 'a\nb' } })).toContain('myns/a\\u{a}b/s1  details');
  });
});
