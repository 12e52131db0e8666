import { describe, expect, it } from 'vitest';
import { cloudEventJson } from './event-grid-schema.ts';
import { type Admitted, parseDelivery } from './parse-delivery.ts';
import { SAMPLE_NAMES, type SampleName, sampleText } from './testing/article-samples.ts';
import { ADMISSION, delivery } from './testing/deliveries.ts';
import { eventGridSchema } from './testing/event-grid-schema.ts';

function read(body: string): Admitted[] {
  return parseDelivery(delivery(body), ADMISSION).map((result) => {
    if (!result.ok) throw new Error(`it is admitted: ${result.detail}`);
    return result;
  });
}

const DEAD_LETTER = {
  deadLetterReason: 'MaxDeliveryAttemptsExceeded',
  deliveryAttempts: 30,
  lastDeliveryOutcome: 'NotFound',
  publishTime: '2023-07-29T01:24:00.0000000Z',
  lastDeliveryAttemptTime: '2023-07-30T01:24:00.0000000Z',
};

describe.each(SAMPLE_NAMES)("the article's %s in the Event Grid schema", (name: SampleName) => {
  const [asCloudEvent] = read(sampleText(name));
  const event = eventGridSchema(sampleText(name));

  it.each([
    ['alone', event],
    ['in an array', `[${event}]`],
    ['as a dead letter', `[${event.replace(/\}$/, `,${JSON.stringify(DEAD_LETTER).slice(1)}`)}]`],
  ])('is the same event, and not odd: %s', (_form, body) => {
    const [result] = read(body);
    expect(result).toMatchObject({ key: 'myns/client1', tolerated: [] });
    expect(result?.event).toEqual(asCloudEvent?.event);
  });

  it('is kept as a CloudEvent around the unchanged bytes of its data', () => {
    const data = `{ "odd" : 9007199254740993,\t${sampleText(name).split('"data": {')[1]?.slice(0, -2)}`;
    const [result] = read(event.replace(/"data":\{.*?\}(?=,"dataVersion")/, `"data":${data}`));
    expect(result?.json.endsWith(`"data":${data.trim()}}`)).toBe(true);
    expect(JSON.parse(result?.json ?? '')).toMatchObject({ specversion: '1.0', dataversion: '1', metadataversion: '1' });
  });
});

describe('an event in the Event Grid schema', () => {
  const connected = eventGridSchema(sampleText('sessionConnected'));

  it('may stand in one array with CloudEvents and with what is neither', () => {
    const results = parseDelivery(delivery(`[${connected},${sampleText('clientDeleted')},{"a":1},${connected}]`), ADMISSION);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true]);
    expect(results[2]).toMatchObject({ reason: 'not-cloudevent', original: '{"a":1}' });
  });

  it('is refused as it came, for the same reasons as a CloudEvent', () => {
    const timeless = connected.replace('"eventTime"', '"eventtime"');
    expect(parseDelivery(delivery(`[${timeless}]`), ADMISSION)).toMatchObject([
      { ok: false, reason: 'invalid-data', detail: expect.stringContaining('time: missing; '), original: timeless, key: 'myns/client1' },
    ]);
    const other = connected.replace('EventGrid.MQTTClientSessionConnected', 'Storage.BlobCreated');
    expect(parseDelivery(delivery(other), ADMISSION)).toMatchObject([{ reason: 'unknown-type', detail: 'Microsoft.Storage.BlobCreated' }]);
    expect(parseDelivery(delivery(connected), { ...ADMISSION, maxEventBytes: connected.length })).toMatchObject([{ reason: 'too-large' }]);
  });

  it('is as tolerated as a CloudEvent', () => {
    const { topic: _, id: _id, subject: _subject, ...rest } = JSON.parse(connected);
    const [result] = read(
      JSON.stringify({ ...rest, eventTime: '2023-07-29T01:23:49.6454046', data: JSON.stringify(rest.data), subject: null }),
    );
    expect(result).toMatchObject({ key: 'myns/client1', event: { id: '', source: '', data: { sequenceNumber: 1n } } });
    expect([...(result?.tolerated ?? [])].sort()).toEqual(['data', 'id', 'source', 'subject', 'time']);
  });

  it('has the namespace that its topic was given', () => {
    const topic = JSON.parse(connected).topic as string;
    const sources = new Map([[topic.toLowerCase(), 'west']]);
    expect(parseDelivery(delivery(connected), { ...ADMISSION, sources })).toMatchObject([{ ok: true, key: 'west/client1' }]);
  });

  it('becomes a CloudEvent whose names are those of CloudEvents, and whose values are those that came', () => {
    const text = `{ "d\\u0061taVersion":"1" , "eventType" :"t", "topic":"/s","TYPE":"other", "eventTime": "now","n":9007199254740993.0,
      "data" : {"a":[1 , 2],"eventType":"}"}, "deadLetterReason":"x", "no_name!":"y", "---":1, "subject":null }`;
    expect(cloudEventJson(text)).toBe(
      '{"specversion":"1.0","type":"t","source":"/s","time":"now","dataversion":"1","n":9007199254740993.0,"deadletterreason":"x","noname":"y","subject":null,"data":{"a":[1 , 2],"eventType":"}"}}',
    );
  });

  it('is one only by its eventType: a CloudEvent with such an extension is a CloudEvent', () => {
    const extended = sampleText('sessionConnected').replace('{', '{"eventType":"other","topic":"/other",');
    expect(read(extended)[0]?.json).toBe(extended);
  });

  it('does not reach into the prototypes of anything', () => {
    const hostile = connected.replace('{', '{"__proto__":{"polluted":1},"constructor":1,"toString":2,');
    expect(read(hostile)[0]?.event.id).toBe(JSON.parse(connected).id);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
  });
});
