import { partitionOf, topicNames } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { type HubMessage, type Routing, route } from './route.ts';

const ROUTING: Routing = {
  hub: 'lifecycle',
  topics: topicNames('rollcall'),
  partitions: 16,
  admission: { maxEventBytes: 100_000, maxClockAhead: 300_000, sources: new Map() },
};
const CONNECTED = {
  specversion: '1.0',
  id: '1',
  source: '/ns',
  type: 'Microsoft.EventGrid.MQTTClientSessionConnected',
  time: '2026-03-02T12:00:00Z',
};
const DATA = { namespaceName: 'my/ns', clientAuthenticationName: 'client 1', clientSessionName: 's', sequenceNumber: 1 };
const KEY = 'my%2Fns/client 1';
const GOOD = JSON.stringify({ ...CONNECTED, data: DATA });

function message(body: string | Uint8Array, more: Partial<HubMessage> = {}): HubMessage {
  return {
    partitionId: '2',
    offset: '4096',
    hubSequenceNumber: 17,
    enqueuedTime: new Date('2026-03-02T12:00:01Z'),
    body: Buffer.from(body),
    properties: {},
    ...more,
  };
}
const WHERE_FROM = {
  hub: 'lifecycle',
  'hub-partition': '2',
  'hub-offset': '4096',
  'hub-sequence-number': '17',
  'hub-enqueued-time': '2026-03-02T12:00:01.000Z',
};

describe('an event', () => {
  it('goes to the log under its client’s key and partition, as received, with when Event Hubs had it', () => {
    expect(route(message(` ${GOOD} `), ROUTING)).toEqual({
      refused: [],
      tolerated: [],
      records: [
        {
          topic: 'rollcall.events',
          partition: partitionOf(KEY, 16),
          key: KEY,
          value: ` ${GOOD} `,
          headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8', 'hub-enqueued-time': '2026-03-02T12:00:01.000Z' },
        },
      ],
    });
  });

  it('has the configured name of its source as its namespace', () => {
    const sources = new Map([['/ns', 'west']]);
    const { records } = route(message(GOOD), { ...ROUTING, admission: { ...ROUTING.admission, sources } });
    expect(records[0]).toMatchObject({ key: 'west/client 1', partition: partitionOf('west/client 1', 16) });
  });

  it('that lacks what presence does not need goes there as it came, and says what was tolerated', () => {
    const { id: _, ...nameless } = CONNECTED;
    const type = 'Microsoft.EventGrid.MQTTClientSessionDisconnected';
    const odd = JSON.stringify({ ...nameless, type, data: { ...DATA, disconnectionReason: null } });
    const { records, refused, tolerated } = route(message(`[${GOOD},${odd},${odd}]`), ROUTING);
    expect([records.map(({ value }) => value), refused]).toEqual([[GOOD, odd, odd], []]);
    expect(tolerated.toSorted()).toEqual(['disconnectionReason', 'disconnectionReason', 'id', 'id']);
  });

  it('in the Event Grid schema is written as a CloudEvent, its data byte for byte', () => {
    const { specversion: _, source, type, time, ...rest } = CONNECTED;
    const data = JSON.stringify(DATA).replace('"sequenceNumber":1', '"sequenceNumber": 9223372036854775807');
    const fields = JSON.stringify({ ...rest, topic: source, eventType: type, eventTime: time, dataVersion: '1' });
    const { records } = route(message(`${fields.slice(0, -1)},"data":${data}}`), ROUTING);
    expect(records[0]).toMatchObject({ key: KEY, value: expect.stringMatching(/,"dataversion":"1","data":/) });
    expect(records[0]?.value).toContain(`"data":${data}}`);
    expect(JSON.parse(String(records[0]?.value))).toMatchObject(CONNECTED);
  });

  it('in binary mode is written in structured mode, its data byte for byte', () => {
    const data = JSON.stringify(DATA).replace('"sequenceNumber":1', '"sequenceNumber": 9223372036854775807');
    const properties = Object.fromEntries(Object.entries(CONNECTED).map(([name, value]) => [`cloudEvents:${name}`, value]));
    const { records } = route(message(data, { properties, contentType: 'application/json' }), ROUTING);
    expect(records[0]?.value).toContain(`"data":${data}}`);
    expect(JSON.parse(String(records[0]?.value))).toMatchObject(CONNECTED);
  });
});

describe('a bad event', () => {
  it('takes none of its neighbours with it, and is kept byte for byte with where it came from', () => {
    const bad = '{"specversion": "1.0", "id":  7}';
    const { records, refused } = route(message(`[${GOOD},${bad},${GOOD}]`), ROUTING);
    expect(records.map(({ topic }) => topic)).toEqual(['rollcall.events', 'rollcall.dead-letters', 'rollcall.events']);
    expect(refused).toEqual([expect.objectContaining({ reason: 'not-cloudevent' })]);
    expect(records[1]).toMatchObject({
      value: bad,
      key: null,
      partition: partitionOf('2', 16),
      headers: { ...WHERE_FROM, reason: 'not-cloudevent', 'hub-element': '1' },
    });
  });

  it('keeps its key and partition as far as they are known', () => {
    const { records } = route(message(JSON.stringify({ ...CONNECTED, data: { ...DATA, sequenceNumber: -1.5 } })), ROUTING);
    expect(records[0]).toMatchObject({ topic: 'rollcall.dead-letters', key: KEY, partition: partitionOf(KEY, 16) });
    expect(records[0]?.headers?.['detail']).toMatch(/^data\.sequenceNumber: /);
  });

  it('may be any bytes', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const { records, refused } = route(message(bytes, { contentType: 'application/octet-stream' }), ROUTING);
    expect(refused).toEqual([expect.objectContaining({ reason: 'not-json' })]);
    expect(Buffer.from(records[0]?.value as Uint8Array)).toEqual(bytes);
    expect(records[0]?.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'hub-element': '0' });
  });

  it('in binary mode keeps its attributes, so that it can be sent again', () => {
    const properties = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/ns', 'ce-type': 'Other', 'aeg-delivery-count': '3' };
    const { records, refused } = route(message('{}', { properties }), ROUTING);
    expect(refused).toEqual([expect.objectContaining({ reason: 'unknown-type' })]);
    expect(records[0]).toMatchObject({
      headers: { ce_specversion: '1.0', ce_id: '1', ce_source: '/ns', ce_type: 'Other' },
    });
    expect(Object.keys(records[0]?.headers ?? {})).not.toContain('aeg-delivery-count');
  });

  it('tells at most 500 characters of what is wrong', () => {
    const time = `${'9'.repeat(2_000)}`;
    const many = JSON.stringify({ ...CONNECTED, data: { ...DATA, clientSessionName: 7 }, [time]: time });
    const { records } = route(message(many), ROUTING);
    expect(records[0]?.headers?.['detail']?.length).toBeLessThanOrEqual(500);
    const unknown = JSON.stringify({ ...CONNECTED, type: 'x'.repeat(2_000), data: {} });
    const detail = route(message(unknown), ROUTING).records[0]?.headers?.['detail'] ?? '';
    expect(detail).toMatch(/^xxx/);
    expect(detail.length).toBeLessThanOrEqual(500);
  });
});
