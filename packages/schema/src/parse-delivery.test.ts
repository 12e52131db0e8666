import { describe, expect, it } from 'vitest';
import { parseDelivery } from './parse-delivery.ts';
import { ARTICLE_SAMPLES, SAMPLE_NAMES, sampleText } from './testing/article-samples.ts';
import { ADMISSION, binaryDelivery, delivery } from './testing/deliveries.ts';

const admitted = { ok: true, key: 'myns/client1' };
const connected = sampleText('sessionConnected');

describe.each(SAMPLE_NAMES)("the article's %s is read", (name) => {
  const event = sampleText(name);
  const expected = { ...admitted, event: { id: JSON.parse(event).id, type: JSON.parse(event).type } };

  it('from an array, kept byte for byte', () => {
    expect(parseDelivery(delivery(ARTICLE_SAMPLES[name]), ADMISSION)).toMatchObject([{ ...expected, json: event }]);
  });

  it('from a single structured event, kept byte for byte', () => {
    expect(parseDelivery(delivery(event), ADMISSION)).toMatchObject([{ ...expected, json: event }]);
  });

  it.each(['ce-', 'cloudEvents:', 'cloudEvents_'])('from binary mode with the prefix %s, as the same event', (prefix) => {
    const [structured] = parseDelivery(delivery(event), ADMISSION);
    const [binary] = parseDelivery(binaryDelivery(event, prefix), ADMISSION);
    expect(binary).toMatchObject(expected);
    if (!structured?.ok || !binary?.ok) throw new Error('both are admitted');
    expect(binary.event).toEqual(structured.event);
    expect(JSON.parse(binary.json)).toEqual(JSON.parse(event));
  });
});

describe('a delivery', () => {
  it('may hold many events in one array', () => {
    const body = `[${SAMPLE_NAMES.map(sampleText).join(',\n')}]`;
    expect(parseDelivery(delivery(body), ADMISSION)).toMatchObject(SAMPLE_NAMES.map((name) => ({ ...admitted, json: sampleText(name) })));
  });

  it('loses no good event to a bad neighbour', () => {
    const bad = '{"specversion":"1.0", "id":7 }';
    const results = parseDelivery(delivery(`[${connected}, ${bad}, ${connected}]`), ADMISSION);
    expect(results).toMatchObject([admitted, { ok: false, reason: 'not-cloudevent', original: bad }, admitted]);
  });

  it('keeps what stands before the point where its array breaks off', () => {
    const results = parseDelivery(delivery(`[${connected},${connected.slice(0, 100)}`), ADMISSION);
    expect(results).toMatchObject([admitted, { ok: false, reason: 'not-json', original: connected.slice(0, 100) }]);
  });

  it('may begin with a byte order mark', () => {
    expect(parseDelivery(delivery(`\ufeff${connected}`), ADMISSION)).toMatchObject([{ ...admitted, json: connected }]);
    expect(parseDelivery(delivery(`\ufeff[${connected}]`), ADMISSION)).toMatchObject([{ ...admitted, json: connected }]);
  });

  it('is structured when its content type says so, whatever its properties', () => {
    const properties = { 'ce-specversion': '1.0', 'ce-id': 'other' };
    const structured = delivery(connected, { properties, contentType: 'application/cloudevents+json; charset=utf-8' });
    expect(parseDelivery(structured, ADMISSION)).toMatchObject([{ ...admitted, json: connected }]);
  });

  it('carries an int64 through unrounded, in either place of a large number', () => {
    for (const number of ['9223372036854775807', '"9223372036854775807"', '-9223372036854775808']) {
      const event = connected.replace('"sequenceNumber": 1', `"sequenceNumber": ${number}`);
      const value = BigInt(number.replaceAll('"', ''));
      expect(parseDelivery(delivery(event), ADMISSION)).toMatchObject([{ json: event, event: { data: { sequenceNumber: value } } }]);
    }
  });

  it('keeps names in the case they came in', () => {
    const event = connected.replaceAll('client1', 'Client1');
    expect(parseDelivery(delivery(event), ADMISSION)).toMatchObject([{ ok: true, key: 'myns/Client1' }]);
  });
});

describe('an event of a configured source', () => {
  const source = JSON.parse(connected).source as string;
  const configured = { ...ADMISSION, sources: new Map([[source.toLowerCase(), 'factory west']]) };

  it('is kept under the name that the source was given, whatever the case of its path', () => {
    for (const written of [source, source.toUpperCase(), source.toLowerCase()]) {
      const [result] = parseDelivery(delivery(connected.replace(source, written)), configured);
      expect(result).toMatchObject({ ok: true, key: 'factory west/client1', event: { source: written, data: { namespaceName: 'myns' } } });
    }
  });

  it('is told from that of any other source, which is refused', () => {
    const stranger = connected.replace('/namespaces/myns"', '/namespaces/other"');
    expect(parseDelivery(delivery(stranger), configured)).toMatchObject([
      { ok: false, reason: 'unknown-source', detail: source.replace('/namespaces/myns', '/namespaces/other'), key: 'myns/client1' },
    ]);
  });
});
