import { describe, expect, it } from 'vitest';
import type { LifecycleEvent } from './lifecycle-event.ts';
import type { ToleratedField } from './mend-event.ts';
import { type Admitted, parseDelivery } from './parse-delivery.ts';
import { parseRecord } from './parse-record.ts';
import { type SampleName, sampleText } from './testing/article-samples.ts';
import { ADMISSION, binaryDelivery, delivery } from './testing/deliveries.ts';
import { formatTime } from './time.ts';

type Change = (event: Record<string, unknown>, data: Record<string, unknown>) => void;

function changed(name: SampleName, change: Change): string {
  const event = JSON.parse(sampleText(name)) as Record<string, unknown>;
  change(event, event['data'] as Record<string, unknown>);
  return JSON.stringify(event);
}

/** The event that a delivery holds: admitted, kept as it came, and the same for whoever reads the log. */
function admitted(body: string): Admitted {
  const [result, ...others] = parseDelivery(delivery(body), ADMISSION);
  if (!result?.ok || others.length > 0) throw new Error(`it is admitted: ${JSON.stringify(result)}`);
  expect(result).toMatchObject({ key: 'myns/client1', json: body });
  expect(parseRecord(Buffer.from(result.key), Buffer.from(result.json))).toMatchObject({ ok: true, event: result.event });
  return result;
}

/** What a sample is taken for after a change, and what was tolerated for that. */
function taken(name: SampleName, change: Change): { event: LifecycleEvent; data: Record<string, unknown>; tolerated: ToleratedField[] } {
  const { event, tolerated } = admitted(changed(name, change));
  return { event, data: event.data, tolerated: [...tolerated] };
}

const set =
  (field: string, value: unknown): Change =>
  (_event, data) => {
    data[field] = value;
  };
const unset =
  (field: string): Change =>
  (_event, data) => {
    delete data[field];
  };
const setAttribute =
  (field: string, value: unknown): Change =>
  (event) => {
    event[field] = value;
  };
const ABSENT: [string, unknown][] = [
  ['null', null],
  ['absent', undefined],
  ['empty', ''],
];

describe('an event as the article has it', () => {
  it.each(['sessionConnected', 'sessionDisconnected', 'clientCreatedOrUpdated', 'clientDeleted'] as const)('is not odd: %s', (name) => {
    expect(admitted(sampleText(name)).tolerated).toEqual([]);
  });
});

describe('a Disconnected', () => {
  it.each([...ABSENT, ['blank', ' '], ['a number', 7], ['an object', {}], ['too long', 'x'.repeat(129)], ['no Unicode', '\ud83d']])(
    'has the reason Unknown where its own is %s',
    (_what, value) => {
      const { data, tolerated } = taken('sessionDisconnected', set('disconnectionReason', value));
      expect(data).toMatchObject({ disconnectionReason: 'Unknown', sequenceNumber: 1n });
      expect(tolerated).toEqual(['disconnectionReason']);
    },
  );

  it.each([
    ['sessionTakenOver', 'SessionTakenOver'],
    ['CONNECTIONLOST', 'ConnectionLost'],
    [' ConnectionLost ', 'ConnectionLost'],
    ['unknown', 'Unknown'],
  ])('has a documented reason in whatever spelling: %s', (spelling, reason) => {
    const { data, tolerated } = taken('sessionDisconnected', set('disconnectionReason', spelling));
    expect([data['disconnectionReason'], tolerated]).toEqual([reason, ['disconnectionReason']]);
  });

  it('keeps a reason that nobody has documented yet, which is not odd', () => {
    const { data, tolerated } = taken('sessionDisconnected', set('disconnectionReason', 'solarFlare'));
    expect([data['disconnectionReason'], tolerated]).toEqual(['solarFlare', []]);
  });
});

describe('an event of the client resource', () => {
  it.each(
    [...ABSENT, ['a number', 7] as [string, unknown], ['too long', 'x'.repeat(129)] as [string, unknown]].flatMap(([what, value]) =>
      (['clientCreatedOrUpdated', 'clientDeleted'] as const).map((name) => [name, what, value] as const),
    ),
  )('%s goes by the authentication name where its clientName is %s', (name, _what, value) => {
    const { data, tolerated } = taken(name, set('clientName', value));
    expect([data['clientName'], tolerated]).toEqual(['client1', ['clientName']]);
  });

  it.each(
    ABSENT.concat([
      ['a word', 'yesterday'],
      ['a number', 1690593829],
    ]),
  )('was created and updated at its own time where createdOn and updatedOn are %s', (_what, value) => {
    const { event, data, tolerated } = taken('clientCreatedOrUpdated', (_event, fields) => {
      fields['createdOn'] = value;
      fields['updatedOn'] = value;
    });
    expect(data).toMatchObject({ createdOn: event.time, updatedOn: event.time });
    expect(tolerated).toEqual(['createdOn', 'updatedOn']);
  });

  it('keeps the one of createdOn and updatedOn that it has', () => {
    const { event, data, tolerated } = taken('clientCreatedOrUpdated', unset('updatedOn'));
    expect(formatTime(data['createdOn'] as typeof event.time)).toBe('2023-07-29T01:14:34.2048108Z');
    expect([data['updatedOn'], tolerated]).toEqual([event.time, ['updatedOn']]);
  });

  it.each([
    ...ABSENT.map(([, value]) => [value, 'Unknown', ['state']] as const),
    [true, 'Unknown', ['state']] as const,
    ['enabled', 'Enabled', ['state']] as const,
    ['DISABLED', 'Disabled', ['state']] as const,
    ['Quarantined', 'Quarantined', []] as const,
  ])('whose state is %j is %s', (state, expected, tolerated) => {
    const written = taken('clientCreatedOrUpdated', set('state', state));
    expect([written.data['state'], written.tolerated]).toEqual([expected, tolerated]);
  });

  it.each<[unknown, object]>([
    [null, {}],
    ['', {}],
    ['null', {}],
    [[], {}],
    ['[]', {}],
    [[{ key: 'a', value: '1' }], { a: '1' }],
    [
      [
        { Key: 'a', Value: 1 },
        { name: 'b', value: null },
      ],
      { a: 1, b: null },
    ],
    [
      [
        ['a', '1'],
        ['b', ['2', '3']],
      ],
      { a: '1', b: ['2', '3'] },
    ],
    [
      [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
      { a: '2' },
    ],
    ['{"a":1}', { a: 1 }],
    ['"{\\"a\\":1}"', { a: 1 }],
    ['[{"key":"a","value":"1"}]', { a: '1' }],
    [[{ a: '1' }, { b: 2 }], { a: '1', b: 2 }],
    [[{ a: '1', b: 2 }], { raw: [{ a: '1', b: 2 }] }],
    [[{ value: '1' }], { raw: [{ value: '1' }] }],
    [[{}], { raw: [{}] }],
    [[{ key: 'a', value: '1' }, null], { raw: [{ key: 'a', value: '1' }, null] }],
    [[{ key: 'a' }], { raw: [{ key: 'a' }] }],
    [[{ key: 7, value: 'b' }], { raw: [{ key: 7, value: 'b' }] }],
    [['a'], { raw: ['a'] }],
    ['floor=3', { raw: 'floor=3' }],
    ['"text"', { raw: '"text"' }],
    [7, { raw: 7 }],
    [false, { raw: false }],
  ])('with the attributes %j has %j', (attributes, expected) => {
    const { data, tolerated } = taken('clientCreatedOrUpdated', set('attributes', attributes));
    expect([data['attributes'], tolerated]).toEqual([expected, ['attributes']]);
  });

  it('keeps integers in attributes exact, and takes names for names, in whatever form they come', () => {
    const written = taken('clientCreatedOrUpdated', set('attributes', '{"n":9223372036854775807,"__proto__":1}'));
    expect(Object.entries(written.data['attributes'] as object)).toEqual([
      ['n', 9223372036854775807n],
      ['__proto__', 1],
    ]);
    const paired = taken('clientCreatedOrUpdated', set('attributes', [{ key: '__proto__', value: 1 }]));
    expect(Object.entries(paired.data['attributes'] as object)).toEqual([['__proto__', 1]]);
  });

  it('keeps attributes that nest more than 32 levels deep as text', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    for (const [attributes, raw] of [
      [JSON.parse(nested(40)), nested(40)],
      [nested(40), nested(40)],
      [nested(100_000), nested(100_000)],
    ]) {
      expect(taken('clientCreatedOrUpdated', set('attributes', attributes)).data['attributes']).toEqual({ raw });
    }
  });

  it('has no attributes where it names none, which is not odd', () => {
    const { data, tolerated } = taken('clientCreatedOrUpdated', unset('attributes'));
    expect([data['attributes'], tolerated]).toEqual([{}, []]);
  });
});

describe('a time', () => {
  it.each([
    ['2023-07-29T01:23:49.6454046', '2023-07-29T01:23:49.6454046Z'],
    ['2023-07-29 01:23:49.6454046', '2023-07-29T01:23:49.6454046Z'],
    ['2023-07-29T01:23:49', '2023-07-29T01:23:49.0000000Z'],
    ['2023-07-29T01:23', '2023-07-29T01:23:00.0000000Z'],
    ['2023-07-29T03:23:49+0200', '2023-07-29T01:23:49.0000000Z'],
    ['2023-07-29T03:23:49+02', '2023-07-29T01:23:49.0000000Z'],
    ['2023-07-29T01:23:49.123456789012Z', '2023-07-29T01:23:49.1234567Z'],
    [' 2023-07-29T01:23:49Z ', '2023-07-29T01:23:49.0000000Z'],
    ['2023-07-29 01:23:49 UTC', '2023-07-29T01:23:49.0000000Z'],
  ])('without a zone is UTC, and may be written loosely: %s', (written, time) => {
    const { event, tolerated } = taken('sessionConnected', setAttribute('time', written));
    expect([formatTime(event.time), tolerated]).toEqual([time, ['time']]);
    const created = taken('clientCreatedOrUpdated', set('updatedOn', written));
    expect([formatTime(created.data['updatedOn'] as typeof event.time), created.tolerated]).toEqual([time, ['updatedOn']]);
  });

  it('in a leap second is that of the next', () => {
    const { event, tolerated } = taken('sessionConnected', setAttribute('time', '2016-12-31T23:59:60.5Z'));
    expect([formatTime(event.time), tolerated]).toEqual(['2017-01-01T00:00:00.5000000Z', []]);
  });

  it('without a zone is held against the arrival like any other', () => {
    const ahead = changed('sessionConnected', setAttribute('time', '2023-07-29T02:35:01'));
    expect(parseDelivery(delivery(ahead), ADMISSION)).toMatchObject([{ ok: false, reason: 'time-in-future' }]);
  });
});

describe('the envelope of an event', () => {
  it.each([
    ...ABSENT.map(([what, value]) => [what, value, ''] as const),
    ['a number', 7, '7'] as const,
    ['an object', {}, ''] as const,
    ['half a surrogate pair', '\ud83d', '\ufffd'] as const,
  ])('may have an id that is %s', (_what, id, expected) => {
    const { event, tolerated } = taken('sessionConnected', setAttribute('id', id));
    expect([event.id, tolerated]).toEqual([expected, ['id']]);
  });

  it.each(ABSENT)('may have a source that is %s, but not where only named sources are admitted', (_what, source) => {
    const body = changed('sessionConnected', setAttribute('source', source));
    expect(admitted(body)).toMatchObject({ event: { source: '' }, tolerated: ['source'] });
    expect(parseDelivery(delivery(body), { ...ADMISSION, sources: new Map([['/a', 'b']]) })).toMatchObject([
      { ok: false, reason: 'unknown-source', detail: 'source: missing, and SOURCES admits only those that it names', key: 'myns/client1' },
    ]);
  });

  it.each([...ABSENT, ['a number', 1], ['another', '0.3']])('may have a specversion that is %s', (_what, specversion) => {
    const { event, tolerated } = taken('sessionConnected', setAttribute('specversion', specversion));
    expect([event.specversion, tolerated]).toEqual(['1.0', ['specversion']]);
  });

  it.each([null, 7, {}])('may have a subject of %j', (subject) => {
    const { event, tolerated } = taken('sessionConnected', setAttribute('subject', subject));
    expect([event.subject, tolerated]).toEqual([undefined, ['subject']]);
  });

  it('may spell its type in another case', () => {
    const { event, tolerated } = taken('sessionConnected', setAttribute('type', 'microsoft.eventgrid.mqttclientsessionconnected'));
    expect([event.type, tolerated]).toEqual(['Microsoft.EventGrid.MQTTClientSessionConnected', ['type']]);
  });

  it('may hold its data as JSON text, or in base64', () => {
    const data = JSON.parse(sampleText('sessionConnected')).data as object;
    for (const change of [
      setAttribute('data', JSON.stringify(data)),
      (event: Record<string, unknown>) => {
        delete event['data'];
        event['data_base64'] = Buffer.from(JSON.stringify(data)).toString('base64');
      },
    ]) {
      const { event, tolerated } = taken('sessionConnected', change);
      expect([event.data, tolerated]).toEqual([{ ...data, sequenceNumber: 1n }, ['data']]);
    }
  });

  it('may lack all that presence does not need', () => {
    const { time, type, data } = JSON.parse(sampleText('sessionDisconnected'));
    const { disconnectionReason: _, ...needed } = data;
    const { event, tolerated } = admitted(JSON.stringify({ time, type, data: needed }));
    expect(event.data).toEqual({ ...needed, sequenceNumber: 1n, disconnectionReason: 'Unknown' });
    expect([...tolerated].sort()).toEqual(['disconnectionReason', 'id', 'source', 'specversion']);
  });

  it('may lack the same in binary mode', () => {
    const { specversion: _, id: _id, source: _source, ...rest } = JSON.parse(sampleText('sessionConnected'));
    const [result] = parseDelivery(binaryDelivery(JSON.stringify(rest), 'ce-'), ADMISSION);
    expect(result).toMatchObject({ ok: true, key: 'myns/client1', event: { id: '', source: '' } });
    expect(result?.ok && [...result.tolerated].sort()).toEqual(['id', 'source', 'specversion']);
  });
});

describe('a sequence number', () => {
  it.each([
    [1, 1n, []],
    ['1', 1n, []],
    ['-1', -1n, []],
    [' 5', 5n, ['sequenceNumber']],
    ['+5', 5n, ['sequenceNumber']],
    ['5.0', 5n, ['sequenceNumber']],
    [`${'0'.repeat(30)}9223372036854775807`, 9223372036854775807n, ['sequenceNumber']],
  ])('of %j is %s', (written, number, tolerated) => {
    const connected = taken('sessionConnected', set('sequenceNumber', written));
    expect([connected.data['sequenceNumber'], connected.tolerated]).toEqual([number, tolerated]);
  });
});
