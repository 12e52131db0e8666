import { describe, expect, it } from 'vitest';
import { parseRecord } from './parse-record.ts';
import { SAMPLE_NAMES, sampleText } from './testing/article-samples.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const connected = sampleText('sessionConnected');

describe('a record of rollcall.events', () => {
  it.each(SAMPLE_NAMES)("reads the article's %s under its key", (name) => {
    const json = sampleText(name);
    expect(parseRecord(bytes('myns/client1'), bytes(json))).toMatchObject({
      ok: true,
      key: 'myns/client1',
      namespace: 'myns',
      client: 'client1',
      event: { type: JSON.parse(json).type },
      json,
    });
  });

  it('takes the namespace from the key: it may be a configured name', () => {
    expect(parseRecord(bytes('factory-west/client1'), bytes(connected))).toMatchObject({ ok: true, namespace: 'factory-west' });
  });

  it.each([
    ['no key', null, connected, 'invalid-data', 'the key is not namespace/client'],
    ['an empty key', '', connected, 'invalid-data', 'the key is not namespace/client'],
    ['a key of another shape', 'client1', connected, 'invalid-data', 'the key is not namespace/client'],
    ["another client's key", 'myns/client2', connected, 'invalid-data', 'the key names another client than the event'],
    ['a key in another case', 'myns/Client1', connected, 'invalid-data', 'the key names another client than the event'],
    ['no value', 'myns/client1', null, 'not-json', 'no value in UTF-8'],
    ['half a value', 'myns/client1', connected.slice(0, 99), 'not-json', 'not JSON'],
    ['a value of another type', 'myns/client1', connected.replace('SessionConnected', 'SessionPaused'), 'invalid-data', 'type: '],
    [
      'a damaged field',
      'myns/client1',
      connected.replace('"sequenceNumber": 1', '"sequenceNumber": 1.5'),
      'invalid-data',
      'data.sequenceNumber: ',
    ],
  ])('says what is wrong with %s, and never throws', (_what, key, value, reason, detail) => {
    const record = parseRecord(key === null ? null : bytes(key), value === null ? null : bytes(value));
    expect(record).toMatchObject({ ok: false, reason, detail: expect.stringContaining(detail) });
  });

  it('refuses bytes that are not UTF-8, in the key as in the value', () => {
    const broken = Buffer.concat([bytes(connected), Buffer.from([0xff])]);
    expect(parseRecord(bytes('myns/client1'), broken)).toMatchObject({ ok: false, reason: 'not-json' });
    expect(parseRecord(Buffer.from([0x6d, 0x2f, 0xc3]), bytes(connected))).toMatchObject({ ok: false, reason: 'invalid-data' });
  });
});
