import { describe, expect, it } from 'vitest';
import { offlineDeadlineJson } from './offline-deadline.ts';
import { parseDelivery } from './parse-delivery.ts';
import { REJECTION_REASONS, type RejectionReason } from './rejection.ts';
import { sampleText } from './testing/article-samples.ts';
import { ADMISSION, binaryDelivery, delivery, ENQUEUED } from './testing/deliveries.ts';

const connected = sampleText('sessionConnected');
const created = sampleText('clientCreatedOrUpdated');
const key = 'myns/client1';
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

type Refusal = [what: string, body: string | Uint8Array, reason: RejectionReason, detail: string, key?: string];
const REFUSALS: Refusal[] = [
  ['text', 'connected!', 'not-json', 'not JSON'],
  ['nothing', '', 'not-json', 'not JSON'],
  ['half an event', connected.slice(0, 100), 'not-json', 'not JSON'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'not-json', 'not UTF-8'],
  ['an empty array', '[]', 'not-cloudevent', 'an array without events'],
  ['an array in an array', `[[${connected}]]`, 'not-cloudevent', 'expected object'],
  ['a number', '17', 'not-cloudevent', 'expected object'],
  ['null', 'null', 'not-cloudevent', 'expected object'],
  ['an event without type', without('type'), 'not-cloudevent', 'type: missing, so this is neither a CloudEvent nor', key],
  [
    "another service's event",
    connected.replace('EventGrid.MQTT', 'Storage.'),
    'unknown-type',
    'Microsoft.Storage.ClientSessionConnected',
    key,
  ],
  [
    'our own deadline, from outside',
    offlineDeadlineJson('myns', 'client1', ENQUEUED, ENQUEUED),
    'unknown-type',
    'rollcall.OfflineDeadline',
    key,
  ],
  ['an event without time', without('time'), 'invalid-data', 'time: missing; an event needs this field', key],
  ['a time of null', connected.replace('"2023-07-29T01:23:49.6454046Z"', 'null'), 'invalid-data', 'time: missing; ', key],
  ['a time as a number', connected.replace('"2023-07-29T01:23:49.6454046Z"', '1690593829'), 'invalid-data', 'time: ', key],
  [
    'a time of day only',
    connected.replace('2023-07-29T01:23:49.6454046Z', '01:23:49'),
    'invalid-data',
    'time: expected an RFC 3339 time',
    key,
  ],
  ['an event without data', without('data'), 'invalid-data', 'data: missing; '],
  ['data that is a list', connected.replace(/"data": .*$/s, '"data": [1]}'), 'invalid-data', 'data: '],
  ['data that is text but no JSON', connected.replace(/"data": .*$/s, '"data": "{"}'), 'invalid-data', 'data: '],
  ['an event without namespace', connected.replace('namespaceName', 'ns'), 'invalid-data', 'data.namespaceName: missing; '],
  [
    'an event without client',
    connected.replace('"clientAuthenticationName": "client1"', '"clientName": "client1"'),
    'invalid-data',
    'data.clientAuthenticationName: missing; ',
  ],
  [
    'a client of null',
    connected.replace('"clientAuthenticationName": "client1"', '"clientAuthenticationName": null'),
    'invalid-data',
    'data.clientAuthenticationName: missing; ',
  ],
  [
    'a client that is no text',
    connected.replace('"clientAuthenticationName": "client1"', '"clientAuthenticationName": 7'),
    'invalid-data',
    'data.clientAuthenticationName: ',
  ],
  [
    'an event of a session without its name',
    connected.replace('"session1",', '"",'),
    'invalid-data',
    'data.clientSessionName: missing; ',
    key,
  ],
  [
    'an event of a session without number',
    numbered('null'),
    'invalid-data',
    'data.sequenceNumber: missing; an event needs this field: correct what sent it, or publish it again with the field filled in',
    key,
  ],
  ['a sequence number that is a word', numbered('"first"'), 'invalid-data', 'data.sequenceNumber: expected an int64', key],
  [
    'a sequence number that a double has rounded',
    numbered('9007199254740993.0'),
    'invalid-data',
    'data.sequenceNumber: expected an int64',
    key,
  ],
  [
    'a fraction as sequence number',
    numbered('1.5'),
    'invalid-data',
    'data.sequenceNumber: expected an int64 as a number or a decimal string',
    key,
  ],
  ['a sequence number of 2^63', numbered('9223372036854775808'), 'invalid-data', 'data.sequenceNumber: expected an int64', key],
  [
    'a session name of 129 characters',
    connected.replace('"session1"', `"${'x'.repeat(129)}"`),
    'invalid-data',
    'data.clientSessionName: ',
    key,
  ],
  [
    'a client name with half a surrogate pair',
    connected.replace('"client1"', '"\\ud83d"'),
    'invalid-data',
    'data.clientAuthenticationName: ',
  ],
  ['attributes that nest too deeply', attributed(`{"a":${deep}}`), 'invalid-data', 'nested more than 64 levels deep', key],
];

function without(field: string): string {
  const { [field]: _gone, ...rest } = JSON.parse(connected) as Record<string, unknown>;
  return JSON.stringify(rest);
}

function numbered(sequenceNumber: string): string {
  return connected.replace('"sequenceNumber": 1', `"sequenceNumber": ${sequenceNumber}`);
}

function attributed(attributes: string): string {
  return created.replace(/"attributes": \{[^}]*\}/, `"attributes": ${attributes}`);
}

describe('what is refused, and why', () => {
  it.each(REFUSALS)('%s', (_what, body, reason, detail, keyOf) => {
    const bytes = Buffer.from(body);
    const [refused, ...others] = parseDelivery(delivery(bytes), ADMISSION);
    expect(others).toEqual([]);
    if (refused === undefined || refused.ok) throw new Error('it is refused');
    expect(refused).toMatchObject({ reason, detail: expect.stringContaining(detail) });
    expect(refused.key).toBe(keyOf);
    // An array's element stands alone; anything else is kept with all its bytes.
    const inArray = body.toString().startsWith('[[');
    expect(Buffer.from(refused.original).equals(inArray ? bytes.subarray(1, -1) : bytes)).toBe(true);
  });

  it('the same in binary mode, with the bytes of the body', () => {
    const body = '{"namespaceName":"myns","clientAuthenticationName":"client1"';
    for (const [data, reason] of [
      [`${body}`, 'not-json'],
      [`${body}}`, 'invalid-data'],
    ] as const) {
      const message = { ...binaryDelivery(connected, 'ce-'), body: Buffer.from(data) };
      expect(parseDelivery(message, ADMISSION)).toMatchObject([{ ok: false, reason, original: message.body }]);
    }
  });

  it('says which reasons there are', () => {
    const covered = new Set<string>([...REFUSALS.map(([, , reason]) => reason), 'too-large', 'time-in-future', 'unknown-source']);
    expect([...covered].sort()).toEqual([...REJECTION_REASONS].sort());
  });

  it('quotes a long type or source only in part: a detail is for people', () => {
    const long = 'x'.repeat(100_000);
    const [typed] = parseDelivery(delivery(connected.replace('MQTTClientSessionConnected', long)), ADMISSION);
    const [sourced] = parseDelivery(delivery(connected.replace('/namespaces/', `/${long}/`)), {
      ...ADMISSION,
      sources: new Map([['a', 'b']]),
    });
    for (const [refused, reason] of [
      [typed, 'unknown-type'],
      [sourced, 'unknown-source'],
    ] as const) {
      if (refused === undefined || refused.ok) throw new Error('it is refused');
      expect(refused.reason).toBe(reason);
      expect(refused.detail.length).toBeLessThan(500);
      expect(refused.original.length).toBeGreaterThan(100_000);
    }
  });

  it('an event whose other fields nest too deeply for whoever reads it next', () => {
    for (const field of [`"extra": ${deep}`, `"extra": ${deep}, "number": 9223372036854775807`]) {
      const event = connected.replace('"specversion"', `${field}, "specversion"`);
      expect(parseDelivery(delivery(event), ADMISSION)).toMatchObject([
        { ok: false, reason: 'invalid-data', original: Buffer.from(event) },
      ]);
    }
  });
});

describe('an event that is too large', () => {
  const bytes = Buffer.byteLength(connected);

  it('is refused above the limit and admitted at it, in bytes of UTF-8', () => {
    expect(parseDelivery(delivery(connected), { ...ADMISSION, maxEventBytes: bytes })).toMatchObject([{ ok: true }]);
    expect(parseDelivery(delivery(connected), { ...ADMISSION, maxEventBytes: bytes - 1 })).toMatchObject([
      { ok: false, reason: 'too-large', detail: `longer than ${bytes - 1} bytes` },
    ]);
    const emoji = connected.replace('"session1"', '"😀"');
    expect(parseDelivery(delivery(emoji), { ...ADMISSION, maxEventBytes: emoji.length })).toMatchObject([{ reason: 'too-large' }]);
  });

  it('takes none of its neighbours with it: the limit is of an event, not of a delivery', () => {
    const large = connected.replace('"session1"', `"session1", "padding": "${'x'.repeat(1000)}"`);
    const results = parseDelivery(delivery(`[${connected},${large},${connected}]`), { ...ADMISSION, maxEventBytes: bytes });
    expect(results).toMatchObject([{ ok: true }, { ok: false, reason: 'too-large', original: large }, { ok: true }]);
  });

  it('is measured with its attributes in binary mode: that is how it goes on', () => {
    const message = binaryDelivery(connected, 'ce-');
    const whole = JSON.stringify(JSON.parse(connected)).length;
    expect(parseDelivery(message, { ...ADMISSION, maxEventBytes: whole })).toMatchObject([{ ok: true }]);
    expect(parseDelivery(message, { ...ADMISSION, maxEventBytes: whole - 1 })).toMatchObject([
      { reason: 'too-large', original: message.body },
    ]);
  });
});

describe('a time ahead of the enqueued time', () => {
  const limit = '2023-07-29T02:35:00.0000000Z';
  const beyond = '2023-07-29T02:35:00.0000001Z';
  const at = (event: string, field: string, time: string) => event.replace(new RegExp(`"${field}": "[^"]*"`), `"${field}": "${time}"`);

  it.each([
    ['time', connected, 'time'],
    ['time', created, 'time'],
    ['createdOn', created, 'data.createdOn'],
    ['updatedOn', created, 'data.updatedOn'],
  ])('is refused by a tick more than allowed: %s', (field, event, path) => {
    expect(parseDelivery(delivery(at(event, field, limit)), ADMISSION)).toMatchObject([{ ok: true }]);
    expect(parseDelivery(delivery(at(event, field, beyond)), ADMISSION)).toMatchObject([
      {
        ok: false,
        reason: 'time-in-future',
        detail: `${path}: ${beyond} is ahead of the enqueued time 2023-07-29T02:30:00.0000000Z`,
        key,
      },
    ]);
  });

  it('is no matter how far behind it lies', () => {
    expect(parseDelivery(delivery(at(connected, 'time', '0001-01-01T00:00:00Z')), ADMISSION)).toMatchObject([{ ok: true }]);
  });
});
