import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from './binary-mode.ts';
import { parseJson, stringifyJson } from './json.ts';
import { LifecycleEvent } from './lifecycle-event.ts';
import { type Admitted, type Delivery, parseDelivery, type Refused } from './parse-delivery.ts';
import { parseRecord } from './parse-record.ts';
import { REJECTION_REASONS } from './rejection.ts';
import { SAMPLE_NAMES, sampleText } from './testing/article-samples.ts';
import { ADMISSION, delivery } from './testing/deliveries.ts';
import { eventGridSchema } from './testing/event-grid-schema.ts';
import { arrayTexts, damaged, eventTexts } from './testing/mutations.ts';
import { formatTime } from './time.ts';

/** The same deliveries in each run, so that a red build stays red. */
const SEED = 20_260_302;

/** The parser is total: whatever comes in, it neither throws nor loses a byte, and what it admits is an event, here and for whoever reads
 *  it next. */
function readSafely(message: Delivery): (Admitted | Refused)[] {
  const results = parseDelivery(message, ADMISSION);
  ok(results.length > 0, 'something must come of it');
  for (const result of results) {
    if (result.ok) isAnEvent(result);
    else ok(REJECTION_REASONS.includes(result.reason) && result.detail.length < 1000, result.detail);
  }
  return results;
}

function isAnEvent({ event, key, json }: Admitted): void {
  strictEqual(stringifyJson(LifecycleEvent.parse(parseJson(stringifyJson(asReceived(event))))), stringifyJson(event));
  const record = parseRecord(Buffer.from(key), Buffer.from(json));
  deepStrictEqual(record.ok && [record.key, record.json], [key, json]);
  deepStrictEqual(record.ok && record.event, event);
}

/** The event with its times and numbers as texts, which is one of the forms it may come in. */
function asReceived({ time, data, ...event }: LifecycleEvent): unknown {
  const texts = Object.entries(data).map(([field, value]) => {
    if (field === 'createdOn' || field === 'updatedOn') return [field, formatTime(value as typeof time)];
    return [field, field === 'sequenceNumber' ? String(value) : value];
  });
  return { ...event, time: formatTime(time), data: Object.fromEntries(texts) };
}

/** Every byte of an array is in one of the results, in order, but for white space, commas and brackets between them. */
function keepsAll(text: string, results: readonly (Admitted | Refused)[]): void {
  let from = 0;
  for (const result of results) {
    const part = result.ok ? result.json : result.original;
    if (typeof part !== 'string') {
      strictEqual(decodeUtf8(part), text);
      return;
    }
    const at = text.indexOf(part, from);
    ok(at >= 0, `lost: ${part}`);
    match(text.slice(from, at), /^[\s,[\]]*$/);
    from = at + part.length;
  }
  match(text.slice(from), /^[\s,[\]]*$/);
}

/** Runs a property; fails also if too few of the deliveries were admitted, or refused, to prove anything. */
function holds(
  numRuns: number,
  deliveries: fc.Arbitrary<Delivery>,
  check: (message: Delivery, results: (Admitted | Refused)[]) => void,
): void {
  const seen = { admitted: 0, refused: 0 };
  fc.assert(
    fc.property(deliveries, (message) => {
      const results = readSafely(message);
      for (const { ok: admitted } of results) seen[admitted ? 'admitted' : 'refused']++;
      check(message, results);
    }),
    { numRuns, seed: SEED },
  );
  expect(seen.admitted).toBeGreaterThan(numRuns / 20);
  expect(seen.refused).toBeGreaterThan(numRuns / 20);
}

const structured = (bodies: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<Delivery> => bodies.map((body) => delivery(body));

describe('whatever comes in', () => {
  it('as one structured event: the refused original is the body, the admitted one its text', () => {
    const padded = fc
      .tuple(fc.constantFrom('', ' ', '\ufeff', '\n\t'), eventTexts, fc.constantFrom('', '\r\n', '\u0000'))
      .map((parts) => parts.join(''));
    const bodies = structured(fc.oneof(padded, damaged(eventTexts)));
    holds(4_000, bodies, ({ body }, results) => {
      if (decodeUtf8(body)?.trimStart().startsWith('[')) return;
      const [result, ...others] = results;
      strictEqual(others.length, 0);
      if (result?.ok) strictEqual(result.json, decodeUtf8(body));
      else strictEqual(result?.original, body);
    });
  });

  it('as an array: every byte is in one of the results', () => {
    holds(3_000, structured(fc.oneof(arrayTexts, damaged(arrayTexts))), ({ body }, results) => {
      const text = decodeUtf8(body);
      if (text === undefined) deepStrictEqual(results, [{ ok: false, reason: 'not-json', detail: 'not UTF-8', original: body }]);
      else keepsAll(text, results);
    });
  });

  it('in binary mode: the refused original is the body, the admitted one holds its text', () => {
    const { data, ...attributes } = JSON.parse(sampleText('sessionDisconnected'));
    const bodies = fc.oneof(damaged(fc.constant(JSON.stringify(data))), fc.constant(Buffer.from(JSON.stringify(data))), damaged(fc.json()));
    const values = fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 9 },
      fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
    );
    const messages = fc
      .tuple(
        bodies,
        fc.constantFrom('ce-', 'cloudEvents:', 'cloudEvents_'),
        fc.constantFrom(...Object.keys(attributes), 'extra', '__proto__'),
        values,
      )
      .map(([body, prefix, name, value]): Delivery => {
        const properties = Object.entries({ ...attributes, ...(value !== undefined && { [name]: value }) });
        return delivery(body, { properties: Object.fromEntries(properties.map(([key, text]) => [`${prefix}${key}`, text])) });
      });
    holds(3_000, messages, ({ body }, [result]) => {
      if (result?.ok) ok(result.json.endsWith(`"data":${decodeUtf8(body)}}`));
      else strictEqual(result?.original, body);
    });
  });

  it('in the Event Grid schema: the refused original is the body, the admitted one holds the text of its data', () => {
    const texts = fc.constantFrom(...SAMPLE_NAMES).map((name) => eventGridSchema(sampleText(name)));
    holds(3_000, structured(fc.oneof(texts, damaged(texts))), ({ body }, [result]) => {
      if (!result?.ok) strictEqual(result?.original, body);
      else ok(decodeUtf8(body)?.includes(result.json.slice(result.json.indexOf('"data":') + 7, -1)), result.json);
    });
  });

  it('as any bytes, in a delivery as in a record', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (body, key) => {
        readSafely(delivery(body));
        ok(!parseRecord(key, body).ok);
      }),
      { numRuns: 2_000, seed: SEED },
    );
  });
});

describe('what is extreme', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const deepObject = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const connected = sampleText('sessionConnected');
  const created = sampleText('clientCreatedOrUpdated');
  const inEventGridSchema = eventGridSchema(connected);
  const large = 1_000_000;

  it.each([
    ['100,000 levels of arrays', deep],
    ['100,000 levels of objects', deepObject],
    ['100,000 levels, and a number that a double rounds', `[${deepObject.replace('1', '9223372036854775807')}]`],
    ['100,000 levels of which half are missing', deep.slice(0, 100_000)],
    ['100,000 levels in place of a name', connected.replace('"client1"', deep)],
    ['100,000 levels in an attribute', created.replace('"value1"', deepObject)],
    ['100,000 levels beside the event', connected.replace('{', `{"extra":${deep},`)],
    [
      '5,000 levels and a large number beside the event',
      connected.replace('{', `{"n":9007199254740993,"e":${'['.repeat(5000)}${']'.repeat(5000)},`),
    ],
    ['a megabyte of digits as sequence number', connected.replace('"sequenceNumber": 1', `"sequenceNumber": ${'9'.repeat(large)}`)],
    ['a megabyte of digits as text', connected.replace('"sequenceNumber": 1', `"sequenceNumber": "${'9'.repeat(large)}"`)],
    ['a megabyte as a name', connected.replace('"client1"', `"${'😀'.repeat(large / 4)}"`)],
    ['a megabyte as a type', connected.replace('MQTTClientSessionConnected', 'x'.repeat(large))],
    ['a megabyte as a time', connected.replace('2023-07-29T01', `${'0'.repeat(large)}`)],
    ['100,000 levels in an event of the Event Grid schema', inEventGridSchema.replace('"client1"', deep)],
    ['100,000 levels beside one', inEventGridSchema.replace('{', `{"extra":${deepObject},`)],
    ['100,000 levels as JSON text in place of data', connected.replace(/"data": .*$/s, `"data":${JSON.stringify(deepObject)}}`)],
    ['a megabyte of zeros as text', connected.replace('"sequenceNumber": 1', `"sequenceNumber": "${'0'.repeat(large)}x"`)],
    ['a megabyte of commas', `[${','.repeat(10_000)}]`],
    ['a megabyte of quotes', '"'.repeat(large)],
    ['more than a megabyte', `{"a":"${'x'.repeat(2 * large)}"}`],
  ])('is refused and kept: %s', (_what, body) => {
    const message = delivery(body);
    const results = readSafely(message);
    expect(results.every((result) => !result.ok)).toBe(true);
    keepsAll(body, results);
  });

  it('is admitted where it is an event: a megabyte of attributes, a megabyte of white space, 2,000 events', () => {
    const attributes = created.replace('"value1"', `["${'x'.repeat(large)}", 9223372036854775807]`);
    const spaced = connected.replace('{', `{${' '.repeat(large)}`);
    const many = `[${`${connected},`.repeat(2_000).slice(0, -1)}]`;
    for (const body of [attributes, spaced, many]) {
      const results = readSafely(delivery(body));
      expect(results.every((result) => result.ok)).toBe(true);
      keepsAll(body, results);
    }
  });

  it('does not reach into the prototypes of anything', () => {
    const hostile = connected.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},');
    const named = connected.replaceAll('client1', '__proto__').replace('session1', 'constructor');
    expect(readSafely(delivery(hostile))).toMatchObject([{ ok: true, json: hostile }]);
    expect(readSafely(delivery(named))).toMatchObject([{ ok: true, key: 'myns/__proto__', json: named }]);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
    const inherited = '{"__proto__":{"specversion":"1.0","id":"1","source":"s","type":"t"}}';
    expect(readSafely(delivery(inherited))).toMatchObject([{ ok: false, reason: 'not-cloudevent' }]);
  });

  it('takes the last of two equal fields, and keeps both as they came', () => {
    const twice = connected.replace('"sequenceNumber": 1', '"sequenceNumber": 1, "sequenceNumber": 9223372036854775807');
    expect(readSafely(delivery(twice))).toMatchObject([
      { ok: true, json: twice, event: { data: { sequenceNumber: 9223372036854775807n } } },
    ]);
  });
});
