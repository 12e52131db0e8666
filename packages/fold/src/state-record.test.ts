import { type LogEvent, parseJson, StateRecord } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import type { ClientState } from './client.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { decodeState, encodeState } from './state-record.ts';
import { after, connected, deadline, deleted, disconnected, knowledgeOf, MINUTES, replay, takenOver, updated } from './testing/index.ts';

function clientOf(...log: LogEvent[]): ClientState {
  const [client] = replay(log).clients.values();
  if (client === undefined) throw new TypeError('a client is needed');
  return client;
}

const restored = (record: string): ClientState => decodeState(StateRecord.parse(parseJson(record)), DEFAULT_SETTINGS);

describe('a client restored from rollcall.state', () => {
  it.each<[string, LogEvent[]]>([
    ['that is online', [connected(1n, '12:00:00')]],
    ['whose Connected never came', [disconnected(2n ** 63n - 1n, '12:00:00.0000001')]],
    ['of which only the resource is known', [updated('12:00:00', { attributes: { serial: 9223372036854775807n, tags: ['a'] } })]],
    ['that was created before it was updated', [updated('12:00:00', { createdOn: '11:00:00', time: '12:00:01' })]],
    ['that forgot a session of 1970', [disconnected(1n, '1970-01-01T00:00:00Z', { session: 'old' }), connected(1n, '12:00:00')]],
    ['that was deleted', [updated('11:00:00'), deleted('12:00:00')]],
    ['that is confirmed offline', [takenOver(1n, '12:00:00'), deadline('12:00:00')]],
    ['that only a deadline speaks of', [deadline('12:00:00')]],
    [
      'whose counter restarted',
      [connected(50n, '11:00:00'), disconnected(50n, '11:30:00'), connected(1n, '12:00:00'), disconnected(1n, '12:10:00')],
    ],
    [
      'whose numbers repeat',
      [connected(1n, '11:00:00'), connected(1n, '12:00:00'), disconnected(1n, '12:10:00'), disconnected(1n, '11:10:00')],
    ],
    [
      'that forgot sessions, and of which one came back',
      [
        connected(1n, '09:00:00', { session: 'back' }),
        disconnected(1n, '10:00:00', { session: 'back' }),
        connected(1n, '2026-03-20T12:00:00Z'),
        connected(2n, '2026-03-20T13:00:00Z', { session: 'back' }),
      ],
    ],
    ['with odd names', [connected(1n, '12:00:00', { session: '__proto__' }), connected(1n, '12:00:00', { session: 'a/b %😀' })]],
  ])('%s is the one that was stored', (_what, log) => {
    const client = clientOf(...log);
    const record = encodeState(client, 7);
    expect(knowledgeOf(restored(record))).toBe(knowledgeOf(client));
    expect(encodeState(restored(record), 7)).toBe(record);
    expect(restored(record)).toEqual(client);
  });

  it('hears no more of what it forgot', () => {
    const log = [connected(1n, '09:00:00', { session: 'a' }), disconnected(1n, '10:00:00', { session: 'a' })];
    const client = clientOf(...log, connected(1n, '2026-03-20T12:00:00Z', { session: 'b' }));
    expect(JSON.parse(encodeState(client, 0))).toMatchObject({
      memory: { forgottenUpTo: '2026-03-02T10:00:00.0000000Z', forgottenConnected: '2026-03-02T09:00:00.0000000Z' },
      sessions: [{ session: 'b' }],
    });
    const stored = restored(encodeState(client, 0));
    expect(replay(log, DEFAULT_SETTINGS, [stored]).outcomes).toEqual(log.map(() => ({ outcome: 'ignored', reason: 'forgotten' })));
  });

  it('folds on as if it had never been stored', () => {
    const before = [connected(50n, '11:00:00'), connected(1n, '11:30:00')];
    const after = [disconnected(1n, '11:40:00'), connected(2n, '12:00:00'), disconnected(1n, '11:20:00')];
    const stored = restored(encodeState(clientOf(...before), 0));
    const whole = clientOf(...before, ...after);
    expect(stored.offset).toBe(1n);
    expect(encodeState(stored, 0)).toBe(encodeState(clientOf(...before), 0));
    expect(knowledgeOf(replay(after, DEFAULT_SETTINGS, [stored]).clients.get('myns/client1') as ClientState)).toBe(knowledgeOf(whole));
  });

  it('shows its readers the snapshot, and stores of a session nothing that goes without saying', () => {
    const record = JSON.parse(encodeState(clientOf(connected(1n, '12:00:00')), 3));
    expect(record).toMatchObject({
      position: { partition: 3, offset: '0' },
      client: { namespace: 'myns', client: 'client1', presence: 'online' },
      sessions: [{ session: 'session1', status: 'connected', sequenceNumber: '1' }],
    });
    expect(Object.keys(record.sessions[0])).toEqual(['session', 'status', 'since', 'sequenceNumber', 'offset']);
  });

  it('is below 64 KB with 100 sessions of the longest names, each of which came up after others were forgotten', () => {
    const name = (n: number) => String(n).padStart(128, 'x');
    const log = Array.from({ length: 400 }, (_, n) => [
      connected(1n, after(n * MINUTES), { session: name(n), client: name(0) }),
      disconnected(1n, after((n + 0.5) * MINUTES), { session: name(n), client: name(0) }),
    ]).flat();
    const client = clientOf(...log);
    expect(client.sessions).toHaveLength(100);
    expect(Buffer.byteLength(encodeState(client, 7))).toBeLessThan(64 * 1024);
  });
});
