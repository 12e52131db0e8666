import { DEFAULT_SETTINGS, encodeState } from '@rollcall/fold';
import { connected, disconnected, NOON_MS, OURS, record, replay } from '@rollcall/fold/testing';
import { clientKey, type LogEvent } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { PastClients } from './past-clients.ts';

const KEY = clientKey(OURS.namespace, OURS.client);
const FOREVER = Number.POSITIVE_INFINITY;
const [CONNECTED, GONE, BACK] = [connected(1n), disconnected(1n, '12:01:00'), connected(2n, '12:02:00')];

/** The record of `rollcall.state` after these events, which fill the log from offset 0 on. */
function state(...events: LogEvent[]) {
  const client = replay(events).clients.get(KEY);
  if (client === undefined) throw new TypeError('the events are about the client');
  return { ...record(0, CONNECTED), value: Buffer.from(encodeState(client, 0)) };
}

describe('a client whose log was cut', () => {
  it('begins with the newest that is below, whatever came later', () => {
    const clients = new PastClients(DEFAULT_SETTINGS);
    const span = { before: 2n, until: FOREVER };
    for (const one of [state(CONNECTED), state(CONNECTED, GONE), state(CONNECTED, GONE, BACK)]) clients.begin(one, span);
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'offline', offset: '1' }, complete: true });

    expect(clients.fold(record(1, GONE))).toBeUndefined();
    expect(clients.fold(record(2, BACK))).toMatchObject({ folded: { outcome: 'changed' } });
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'online', offset: '2' }, complete: true });
  });

  it('is not complete where only what came later is kept of it, and unknown until its first event', () => {
    const clients = new PastClients(DEFAULT_SETTINGS);
    clients.begin(state(CONNECTED, GONE), { before: 1n, until: FOREVER });
    clients.knownFrom = NOON_MS;
    const unknown = { complete: false, knownFrom: '2026-03-02T12:00:00.0000000Z' };
    expect(clients.view(KEY)).toMatchObject({ client: { ...{ client: OURS.client }, presence: 'unknown' }, sessions: [], ...unknown });
    clients.fold(record(1, GONE));
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'offline' }, ...unknown });
    expect(clients.keys()).toEqual([KEY]);
  });

  it('is not complete where what is kept of it was written after the time in question', () => {
    const clients = new PastClients(DEFAULT_SETTINGS);
    const span = { before: 9n, until: NOON_MS };
    clients.begin({ ...state(CONNECTED), timestamp: NOON_MS - 1 }, span);
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'online' }, complete: true });
    clients.begin({ ...state(CONNECTED, GONE), timestamp: NOON_MS + 1 }, span);
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'unknown' }, complete: false });
  });

  it('begins with what an earlier version of the fold remembered', () => {
    const clients = new PastClients(DEFAULT_SETTINGS);
    const time = '2026-03-02T12:00:00.0000000Z';
    const remembered = { session: OURS.session, offset: '0', latestConnected: { sequenceNumber: '1', time, firstTime: time } };
    const earlier = {
      ...{ foldVersion: 1, position: { partition: 0, offset: '0' }, client: { namespace: OURS.namespace, client: OURS.client } },
      ...{ sessions: [{ session: OURS.session, status: 'connected' }], memory: { sessions: [remembered] } },
    };
    clients.begin({ ...record(0, CONNECTED), value: Buffer.from(JSON.stringify(earlier)) }, { before: 9n, until: FOREVER });
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'online' }, complete: true });
  });

  it('cannot begin with what a later version of the fold remembered', () => {
    const clients = new PastClients(DEFAULT_SETTINGS);
    const other = state(CONNECTED)
      .value.toString()
      .replace(/"foldVersion":\d+/, '"foldVersion":9');
    clients.begin({ ...record(0, CONNECTED), value: Buffer.from(other) }, { before: 9n, until: FOREVER });
    expect(clients.view(KEY)).toMatchObject({ client: { presence: 'unknown' }, complete: false });
  });

  it('is none where nothing is kept of it', () => {
    const clients = new PastClients(DEFAULT_SETTINGS);
    clients.begin({ ...state(CONNECTED), value: null }, { before: 9n, until: FOREVER });
    expect([clients.view(KEY), clients.keys()]).toEqual([undefined, []]);
  });
});
