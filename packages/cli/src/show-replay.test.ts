import type { ClientSnapshot, PastClient, ReplayedEvent } from '@rollcall/client';
import { describe, expect, it } from 'vitest';
import { showHistory, showPastClient, showPastClients, showReplayed } from './show-replay.ts';

const client: ClientSnapshot = {
  namespace: 'myns',
  client: 'pump',
  source: '/ns',
  presence: 'online',
  offlineConfirmed: false,
  connectedSessions: 1,
  rememberedSessions: 1,
  exists: 'unknown',
  offset: '7',
};
const where = { position: { partition: 2, offset: '7' }, logTime: '2026-03-02T12:00:01.0050000Z', complete: true } as const;
const connected: ReplayedEvent = {
  ...where,
  outcome: 'changed',
  kinds: ['session-connected', 'client-online'],
  event: {
    type: 'Microsoft.EventGrid.MQTTClientSessionConnected',
    time: '2026-03-02T12:00:00Z',
    data: { sequenceNumber: 9007199254740993n },
  },
  client,
};
const refused: ReplayedEvent = { ...where, outcome: 'refused', reason: 'not-json', detail: 'not\nJSON' };

describe('a replayed event', () => {
  it('is shown with where and when it was logged, whose it is, and what it came to', () => {
    expect(showReplayed(connected)).toBe(
      '2:7  2026-03-02T12:00:01.005Z  myns/pump  SessionConnected 9007199254740993  session-connected client-online',
    );
    expect(showReplayed({ ...connected, outcome: 'ignored', reason: 'stale' })).toMatch(/ignored: stale$/);
    expect(showReplayed({ ...connected, outcome: 'changed', kinds: [] })).toMatch(/details$/);
  });

  it('is shown with its session, though that was forgotten and has no snapshot', () => {
    const forgotten: ReplayedEvent = { ...connected, outcome: 'ignored', reason: 'forgotten', sessionName: 'session-1' };
    expect(showReplayed(forgotten)).toMatch(/ {2}myns\/pump\/session-1 {2}SessionConnected 9007199254740993 {2}ignored: forgotten$/);
    expect(showHistory([forgotten]).split('\n')[1]).toMatch(/ SessionConnected 9007199254740993 +session-1 +ignored: forgotten +online$/);
  });

  it('is shown as far as it says anything, where it is odd', () => {
    const type = 'Microsoft.EventGrid.MQTTClientSessionDisconnected';
    const odd = (data: unknown) => showReplayed({ ...connected, event: { type, time: '2026-03-02T12:00:00Z', data } }).split('  ')[3];
    expect(odd({ sequenceNumber: '7', disconnectionReason: null })).toBe('SessionDisconnected 7');
    expect(odd({ sequenceNumber: 7, disconnectionReason: '' })).toBe('SessionDisconnected 7');
    expect(odd('{"sequenceNumber":7}')).toBe('SessionDisconnected');
    expect(odd(null)).toBe('SessionDisconnected');
  });

  it('is shown with why it was refused, on one line', () => {
    expect(showReplayed(refused)).toBe('2:7  2026-03-02T12:00:01.005Z  -  -  refused: not-json, not\\u{a}JSON');
  });
});

describe('what the log does not know any more', () => {
  const past: PastClient = { client, sessions: [], complete: false, knownFrom: '2026-03-01T00:00:00.0000000Z' };

  it('is said with a history, a client and a namespace', () => {
    expect(showHistory([connected])).not.toContain('not complete');
    expect(showHistory([{ ...connected, complete: false }])).toMatch(/\n\nnot complete, the log no longer goes back far enough$/);
    expect(showPastClient(past)).toMatch(/\n\nnot complete, .*: it begins 2026-03-01T00:00:00\.0000000Z$/);
    expect(showPastClients([past, { client, sessions: [], complete: true }])).toMatch(/\n\n1 of 2 clients: not complete, .*$/);
    expect(showPastClients([{ client, sessions: [], complete: true }])).not.toContain('not complete');
  });
});
