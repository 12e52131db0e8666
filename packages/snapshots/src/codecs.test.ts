import { type ClientState, clientSnapshot, sessionSnapshot } from '@rollcall/fold';
import { connected, disconnected } from '@rollcall/fold/testing';
import type { LogEvent } from '@rollcall/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClientSnapshot, decodeClientState, encodeClient } from './client-codec.ts';
import { allOf, clientsAfter, histories, ORDINARY_NAMES, SETTINGS } from './histories.test-kit.ts';
import { decodeSessionSnapshot, encodeSession } from './session-codec.ts';

/** A client as it is stored: its hash, its source, and a hash per session in the order of the client's list. */
function stored(client: ClientState) {
  const snapshot = clientSnapshot(client);
  const sessions = client.sessions.map((state) => encodeSession(sessionSnapshot(client, state), state));
  return { fields: encodeClient(snapshot, client), source: snapshot.source, sessions };
}

const RUNS = { numRuns: 500, seed: 20_260_301 };
/** Few names, so that a history says much about each. */
const FEW = { clients: ['client/1 😀'], sessions: ['a/b', '__proto__'] };

describe('what is stored of a client in Redis', () => {
  it('gives back every state that a history can lead to, exactly, and every snapshot', () => {
    fc.assert(
      fc.property(histories(FEW), (log) => {
        for (const client of clientsAfter(log)) {
          const { fields, source, sessions } = stored(client);
          const restored = decodeClientState(decodeClientSnapshot(client, fields, source), { fields, source, sessions }, SETTINGS);
          expect(allOf(restored)).toBe(allOf(client));
          expect(restored).toEqual(client);
          const snapshot = clientSnapshot(client);
          expect(decodeClientSnapshot(client, fields, source)).toStrictEqual(snapshot);
          for (const [at, state] of client.sessions.entries()) {
            const { namespace, client: name } = client;
            const read = decodeSessionSnapshot({ namespace, client: name, session: state.session }, sessions[at] ?? {});
            expect(read).toStrictEqual(sessionSnapshot(client, state));
          }
        }
      }),
      RUNS,
    );
  });

  it('fits a compact hash: no field is over 64 bytes where names are of ordinary length', () => {
    const ordinary = { clients: ORDINARY_NAMES.slice(0, 1), sessions: ORDINARY_NAMES.slice(0, 1), reasons: ['ServerInitiatedDisconnect'] };
    const longest = { field: '', bytes: 0 };
    fc.assert(
      fc.property(histories(ordinary), (log) => {
        for (const client of clientsAfter(log)) {
          const { fields, sessions } = stored(client);
          for (const [field, value] of [fields, ...sessions].flatMap(Object.entries)) {
            const bytes = Buffer.byteLength(value);
            if (bytes > longest.bytes) Object.assign(longest, { field, bytes });
          }
        }
      }),
      RUNS,
    );
    expect(longest.bytes).toBeGreaterThan(30);
    expect(longest.bytes, longest.field).toBeLessThanOrEqual(64);
  });
});

describe('what is remembered of a session beyond its snapshot', () => {
  const remembered = (...log: LogEvent[]) => {
    const [client] = clientsAfter(log);
    const { sessions } = stored(client as ClientState);
    return Object.keys(sessions[0] ?? {}).filter((field) => /latest|newest|first/.test(field));
  };

  it('is nothing for a connection and its end: the snapshot says it all', () => {
    expect(remembered(connected(1n, '12:00:00'))).toEqual([]);
    expect(remembered(connected(1n, '12:00:00'), disconnected(1n, '12:00:05'))).toEqual([]);
  });

  it('is the older ending, once the client is back', () => {
    const log = [connected(1n, '12:00:00'), disconnected(1n, '12:05:00'), connected(2n, '12:06:00')];
    expect(remembered(...log)).toEqual(['latestDisconnected', 'latestReason']);
  });

  it('is the old run’s highest number, once the counter was restarted', () => {
    expect(remembered(connected(50n, '12:00:00'), connected(1n, '12:10:00'))).toEqual(['latestConnected', 'newestConnected']);
  });
});
