import { clientsOf, DEFAULT_SETTINGS, FoldingBatch, keyRecord, unseenClient } from '@rollcall/fold';
import { connected, disconnected, record } from '@rollcall/fold/testing';
import type { LogRecord } from '@rollcall/log';
import { describe, expect, it } from 'vitest';
import { changeRecords, stateRecords } from './derived.ts';
import { Tally } from './metrics.ts';
import { TOPICS, textOf } from './partition.test-kit.ts';

/** What a transaction of the records adds, of clients never seen before. */
function derived(records: readonly LogRecord[], partition: number) {
  const keyed = records.map(keyRecord);
  const batch = new FoldingBatch(keyed, clientsOf(keyed).map(unseenClient), DEFAULT_SETTINGS);
  const changes = [...changeRecords(batch, TOPICS, partition, new Tally())];
  const clients = batch.clients().map(({ client }) => client);
  return [...changes, ...stateRecords(clients, TOPICS, partition)];
}

describe('the records derived from events', () => {
  it('go to the topics under the client’s key, in the partition of their events: changes in order, and the state once', () => {
    const records = derived([record(0, connected(1n)), record(1, disconnected(1n, '12:01:00'))], 7);
    expect(records.map(({ topic, partition, key }) => [topic, partition, key])).toEqual([
      ['rollcall.changes', 7, 'myns/client1'],
      ['rollcall.changes', 7, 'myns/client1'],
      ['rollcall.state', 7, 'myns/client1'],
    ]);
    const [first, second, state] = records.map((one) => JSON.parse(textOf(one)));
    expect([first.kinds, second.kinds]).toEqual([
      ['session-connected', 'client-online'],
      ['session-disconnected', 'client-offline'],
    ]);
    expect(state).toMatchObject({ position: { partition: 7, offset: '1' }, client: { presence: 'offline' } });
  });

  it('put the event into its change byte for byte', () => {
    const text =
      '{"specversion":"1.0" , "id":"\\u0031", "source":"/ns","type":"Microsoft.EventGrid.MQTTClientSessionConnected","time":"2026-03-02T13:00:00.12+01:00",' +
      ' "data":{"namespaceName":"myns","clientAuthenticationName":"client1","clientSessionName":"s","sequenceNumber":9223372036854775807,"new":1.0}}';
    const [change] = derived([record(5, text)], 0);
    const value = change && textOf(change);
    expect(value?.endsWith(`,"event":${text}}`)).toBe(true);
    expect(JSON.parse(value ?? '')).toMatchObject({
      position: { partition: 0, offset: '5' },
      session: { sequenceNumber: '9223372036854775807', since: '2026-03-02T12:00:00.1200000Z' },
    });
  });

  it('are the state, but no change, where an event is only remembered', () => {
    const records = derived([record(0, connected(2n, '12:01:00')), record(1, disconnected(1n, '12:00:30'))], 0);
    expect(records.map(({ topic }) => topic)).toEqual(['rollcall.changes', 'rollcall.state']);
  });

  it('are nothing for what is ignored', () => {
    const records = derived([record(0, connected(2n, '12:01:00')), record(1, connected(2n, '12:01:00'))], 0);
    expect(records.map(({ topic }) => topic)).toEqual(['rollcall.changes', 'rollcall.state']);
  });

  it('are a dead letter for poison: the bytes as they were, the reason, and where they lie', () => {
    const poison = { ...record(41, connected(1n)), partition: 3, value: Buffer.from([0xff, 0xfe]) };
    expect(derived([poison], 3)).toEqual([
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
