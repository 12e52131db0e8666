import { type ClientState, DEFAULT_SETTINGS, unseenClient } from '@rollcall/fold';
import { after, connected, deadline, disconnected, replay } from '@rollcall/fold/testing';
import type { LogRecord } from '@rollcall/log';
import { describe, expect, it } from 'vitest';
import { derivedRecords } from './derived.ts';
import { clientsOf, foldBatch, readRecord } from './fold-batch.ts';
import { NOON_MS, record, TOPICS } from './partition.test-kit.ts';

/** Folds the records onto clients that are as `before` left them, else never seen. */
function fold(records: readonly LogRecord[], before: readonly ClientState[] = []) {
  const read = records.map(readRecord);
  const loaded = new Map<string, ClientState>();
  for (const [key, { namespace, client }] of clientsOf(read)) {
    loaded.set(key, before.find((known) => known.client === client) ?? unseenClient(namespace, client));
  }
  return foldBatch(read, loaded, DEFAULT_SETTINGS);
}
const changesOf = (folded: ReturnType<typeof fold>) => folded.changes.map(({ json }) => JSON.parse(json));
const known = (...log: Parameters<typeof replay>[0]) => [...replay(log).clients.values()];

describe('a batch of the log', () => {
  it('tells each visible change in log order, and each client’s state once', () => {
    const folded = fold([
      record(10, connected(1n, '12:00:00', { client: 'a' })),
      record(11, connected(1n, '12:00:00', { client: 'b' })),
      record(12, disconnected(1n, '12:00:05', { client: 'a' })),
    ]);
    expect(changesOf(folded).map(({ position, kinds }) => [position.offset, kinds])).toEqual([
      ['10', ['session-connected', 'client-online']],
      ['11', ['session-connected', 'client-online']],
      ['12', ['session-disconnected', 'client-offline']],
    ]);
    expect([...folded.clients.keys()]).toEqual(['myns/a', 'myns/b']);
    expect(JSON.parse(folded.clients.get('myns/a')?.state ?? '')).toMatchObject({
      position: { partition: 0, offset: '12' },
      client: { presence: 'offline' },
    });
  });

  it('puts the event into its change byte for byte', () => {
    const text =
      '{"specversion":"1.0" , "id":"\\u0031", "source":"/ns","type":"Microsoft.EventGrid.MQTTClientSessionConnected","time":"2026-03-02T13:00:00.12+01:00",' +
      ' "data":{"namespaceName":"myns","clientAuthenticationName":"client1","clientSessionName":"s","sequenceNumber":9223372036854775807,"new":1.0}}';
    const [change] = fold([record(5, text)]).changes;
    expect(change?.json.endsWith(`,"event":${text}}`)).toBe(true);
    expect(JSON.parse(change?.json ?? '')).toMatchObject({
      session: { sequenceNumber: '9223372036854775807', since: '2026-03-02T12:00:00.1200000Z' },
    });
  });

  it('skips what a client’s position covers already, and only that', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    expect(before[0]?.offset).toBe(1n);
    const folded = fold([record(0, connected(9n)), record(1, connected(9n)), record(2, connected(2n, '12:01:00'))], before);
    expect(changesOf(folded).map(({ position }) => position.offset)).toEqual(['2']);
  });

  it('counts what it ignores, and writes nothing for it', () => {
    const folded = fold([record(2, connected(2n, '12:01:00')), record(3, connected(1n, '11:00:00'))], known(connected(2n, '12:01:00')));
    expect(folded).toMatchObject({ changes: [], ignored: { duplicate: 1, stale: 1 } });
    expect(folded.clients.size).toBe(0);
  });

  it('writes the state, but no change, of what is only remembered', () => {
    const before = known(connected(2n, '12:01:00'));
    const folded = fold([record(9, disconnected(1n, '12:00:30'))], before);
    expect(folded.changes).toEqual([]);
    expect(JSON.parse(folded.clients.get('myns/client1')?.state ?? '')).toMatchObject({ position: { offset: '9' } });
  });

  it('refuses poison and goes on with its neighbours', () => {
    const poison = { ...record(1, connected(1n)), value: Buffer.from([0xff]) };
    const stranger = { ...record(2, connected(1n)), key: Buffer.from('myns/somebody else') };
    const nobody = { ...record(3, connected(1n)), key: null };
    const folded = fold([record(0, connected(1n)), poison, stranger, nobody, record(4, disconnected(1n, '12:01:00'))]);
    expect(folded.refused.map(({ record: { offset }, rejection }) => [offset, rejection.reason])).toEqual([
      [1n, 'not-json'],
      [2n, 'invalid-data'],
      [3n, 'invalid-data'],
    ]);
    expect(changesOf(folded).map(({ position }) => position.offset)).toEqual(['0', '4']);
  });

  it('fails where a client was not loaded, rather than starting it anew', () => {
    expect(() => foldBatch([readRecord(record(0, connected(1n)))], new Map(), DEFAULT_SETTINGS)).toThrow('was not loaded');
  });
});

describe('a pending client', () => {
  const pendingOf = (...args: Parameters<typeof fold>) => fold(...args).clients.get('myns/client1')?.pending;
  const ending = (offset: number, seconds: number, timestamp: number) =>
    record(offset, disconnected(1n, after(seconds, '12:00:00')), { timestamp });

  it('is pending since the log time of the record that set its latest ending, not since that of the last record', () => {
    const batch = [
      record(0, connected(1n)),
      ending(1, 5, NOON_MS + 1_000),
      record(2, connected(1n, '11:59:59'), { timestamp: NOON_MS + 9_000 }),
    ];
    expect(pendingOf(batch)).toEqual({ since: NOON_MS + 1_000, moved: true });
  });

  it('moves with a later ending', () => {
    const batch = [record(0, connected(1n)), ending(1, 5, NOON_MS + 1_000), ending(2, 50, NOON_MS + 2_000)];
    expect(pendingOf(batch)).toEqual({ since: NOON_MS + 2_000, moved: true });
  });

  it('keeps its due time where the batch did not move its ending', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    expect(pendingOf([record(7, connected(1n, '11:59:59'), { timestamp: NOON_MS + 9_000 })], before)).toEqual({
      since: NOON_MS + 9_000,
      moved: false,
    });
  });

  it('is no longer pending once it is back, or confirmed', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    expect(pendingOf([record(7, connected(2n, '12:00:10'))], before)).toBeUndefined();
    expect(pendingOf([record(7, deadline('12:00:05'))], before)).toBeUndefined();
  });
});

describe('the records derived from a batch', () => {
  it('go to the topics under the client’s key, in the partition of their events, changes in order', () => {
    const folded = fold([record(0, connected(1n)), record(1, disconnected(1n, '12:01:00'))]);
    const records = derivedRecords(folded, TOPICS, 7);
    expect(records.map(({ topic, partition, key }) => [topic, partition, key])).toEqual([
      ['rollcall.changes', 7, 'myns/client1'],
      ['rollcall.changes', 7, 'myns/client1'],
      ['rollcall.state', 7, 'myns/client1'],
    ]);
    expect(records.map(({ value }) => value)).toEqual([
      ...folded.changes.map(({ json }) => json),
      folded.clients.get('myns/client1')?.state,
    ]);
  });

  it('are a dead letter for poison: the bytes as they were, the reason, and where they lie', () => {
    const poison = { ...record(41, connected(1n)), partition: 3, value: Buffer.from([0xff, 0xfe]) };
    expect(derivedRecords(fold([poison]), TOPICS, 3)).toEqual([
      {
        topic: 'rollcall.dead-letters',
        partition: 3,
        key: poison.key,
        value: poison.value,
        headers: { reason: 'not-json', detail: 'no value in UTF-8', topic: 'rollcall.events', partition: '3', offset: '41' },
      },
    ]);
  });
});
