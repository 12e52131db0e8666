import {
  type ClientState,
  clientMembers,
  clientSnapshot,
  decodeSessionSnapshot,
  fold,
  pendingEnding,
  sessionSnapshot,
  unseenClient,
} from '@rollcall/fold';
import { after, connected, disconnected, MINUTES, updated } from '@rollcall/fold/testing';
import { type LogEvent, toClientKey } from '@rollcall/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClientJson,
  decodeClientSnapshot,
  decodeClientState,
  encodeClient,
  HEAD_BYTES,
  parseClient,
  parseHead,
  sourceId,
} from './client-codec.ts';
import { allOf, clientsAfter, histories, SETTINGS } from './histories.test-kit.ts';
import { readStored, toStore } from './stored-client.ts';

/** A client as it is stored, and its source. */
function stored(client: ClientState) {
  const snapshot = clientMembers(client);
  return { json: parseClient(encodeClient(snapshot, client)), sources: new Map([[sourceId(snapshot.source), snapshot.source]]) };
}

const RUNS = { numRuns: 500, seed: 20_260_301 };
/** Few names, so that a history says much about each. */
const FEW = { clients: ['client/1 😀'], sessions: ['a/b', '__proto__', 's'] };

describe('what is stored of a client in Redis', () => {
  it.each([
    ['', SETTINGS],
    [', forgotten sessions included', { ...SETTINGS, sessionsKept: 1 }],
  ])('gives back every state that a history can lead to, exactly, and every snapshot%s', (_, settings) => {
    fc.assert(
      fc.property(histories(FEW), (log) => {
        for (const client of clientsAfter(log, settings)) {
          const { json, sources } = stored(client);
          const restored = decodeClientState(client, json, client.source?.source, settings);
          expect(allOf(restored)).toBe(allOf(client));
          expect(restored).toEqual(client);
          const snapshot = clientSnapshot(client);
          expect(decodeClientSnapshot(client, json, sources)).toStrictEqual(snapshot);
          const sessions = json.sessions.map((session) => decodeSessionSnapshot(client, session));
          expect(sessions).toStrictEqual(client.sessions.map((state) => sessionSnapshot(client, state)));
          const written = toStore(client, pendingEnding(client.presence, client.confirmedUpTo) !== undefined);
          expect(readStored(client, written.text, sources, settings).stored).toEqual(written);
        }
      }),
      RUNS,
    );
  });
});

describe('the head of what is stored of a client with many sessions', () => {
  const visits = (sessions: number, more: readonly LogEvent[] = []): ClientState => {
    const names = Array.from({ length: sessions }, (_, n) => `sitzung-ü-${n}-${'x'.repeat(20)}`);
    const [client] = clientsAfter([...more, ...names.map((session, n) => connected(1n, after(n * MINUTES), { session }))]);
    if (client === undefined) throw new TypeError('a client is needed');
    return client;
  };
  const headOf = (client: ClientState) => {
    const bytes = Buffer.from(encodeClient(clientMembers(client), client));
    return { bytes, head: parseHead(bytes.subarray(0, HEAD_BYTES)) };
  };

  it('says all of the client that a page shows, odd attributes included', () => {
    const attributes = { sessions: [{ session: '"sessions":[' }], name: 'ä😀' };
    const client = visits(100, [updated('12:00:00', { attributes })]);
    const { bytes, head } = headOf(client);
    expect(bytes.length).toBeGreaterThan(10_000);
    expect(head).toMatchObject({ rememberedSessions: 100, sessions: [], attributes });
    const sources = new Map([[sourceId(client.source?.source ?? ''), client.source?.source ?? '']]);
    expect(decodeClientSnapshot(client, head as ClientJson, sources)).toStrictEqual(clientSnapshot(client));
    expect(decodeClientState(client, parseClient(bytes.toString()), client.source?.source, SETTINGS)).toEqual(client);
  });

  it('is the whole where that is short', () => {
    const { bytes, head } = headOf(visits(2));
    expect(head).toEqual(parseClient(bytes.toString()));
    expect(head).not.toHaveProperty('head');
  });

  it('is not enough where the attributes are long, or where a former version wrote it', () => {
    expect(headOf(visits(2, [updated('12:00:00', { attributes: { long: 'x'.repeat(HEAD_BYTES) } })])).head).toBeUndefined();
    const { bytes } = headOf(visits(100));
    const before = bytes.toString().replace(/"head":\d+,"rememberedSessions":\d+,/, '');
    expect(parseHead(Buffer.from(before).subarray(0, HEAD_BYTES))).toBeUndefined();
    expect(parseClient(before).sessions).toHaveLength(100);
  });
});

describe('an offset in what is stored', () => {
  const stateAt = (offset: bigint): ClientState => {
    const client = unseenClient(toClientKey('myns', 'client1'));
    const folded = fold(client, connected(1n, '12:00:00'), offset, SETTINGS);
    return folded.outcome === 'ignored' ? client : folded.client;
  };
  const snapshots = (client: ClientState, text: string) => {
    const json = parseClient(text);
    const sessions = json.sessions.map((session) => decodeSessionSnapshot(client, session));
    return [decodeClientSnapshot(client, json, new Map()).offset, ...sessions.map(({ offset }) => offset)];
  };

  it('is a number, exact however large: of a text of up to ten characters in JSON V8 keeps one for each client', () => {
    for (const offset of [0n, -7n, 59_917n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
      const client = stateAt(offset);
      const text = encodeClient(clientMembers(client), client);
      expect(text.split(`"offset":${offset}`)).toHaveLength(3);
      expect(snapshots(client, text)).toEqual([`${offset}`, `${offset}`]);
      expect(decodeClientState(client, parseClient(text), client.source?.source, SETTINGS)).toEqual(client);
    }
  });

  it('may be a text, as projectors wrote it before', () => {
    const client = stateAt(59_917n);
    const text = encodeClient(clientMembers(client), client).replaceAll('59917', '"59917"');
    expect(snapshots(client, text)).toEqual(['59917', '59917']);
    expect(decodeClientState(client, parseClient(text), client.source?.source, SETTINGS)).toEqual(client);
  });
});

describe('what is remembered of a session beyond its snapshot', () => {
  const remembered = (...log: LogEvent[]) => {
    const [client] = clientsAfter(log);
    const { json } = stored(client as ClientState);
    return Object.keys(json.sessions[0] ?? {}).filter((field) => /latest|newest|first/.test(field));
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
