import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from './json.ts';
import { TOLERATED_FIELDS, type ToleratedField } from './mend-event.ts';
import { type Admitted, parseDelivery } from './parse-delivery.ts';
import { parseRecord } from './parse-record.ts';
import { SAMPLE_NAMES, sampleText } from './testing/article-samples.ts';
import { ADMISSION, delivery } from './testing/deliveries.ts';
import { eventGridSchema } from './testing/event-grid-schema.ts';
import { eventTexts } from './testing/mutations.ts';

const RUNS = { numRuns: 800, seed: 20_261_130 };

/** What presence can do without, in the envelope and in data. */
const OPTIONAL = {
  envelope: ['specversion', 'id', 'source', 'subject', 'extra'],
  data: ['disconnectionReason', 'clientName', 'createdOn', 'updatedOn', 'state', 'attributes', 'extra'],
} as const;

/** A value that somebody may have written there: any JSON, JSON as text, the odd spellings that are known. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    ' ',
    'null',
    '[]',
    '{}',
    '{',
    'enabled',
    'sessiontakenover',
    '\ud83d',
    '0001-01-01T00:00:00',
  ),
  fc.jsonValue({ stringUnit: 'binary', maxDepth: 2 }),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.array(fc.record({ key: fc.string(), value: fc.jsonValue({ maxDepth: 1 }) })),
);
const oddFields = (fields: readonly string[]) =>
  fc.record(Object.fromEntries(fields.map((field) => [field, odd])), { requiredKeys: [] }) as fc.Arbitrary<Record<string, unknown>>;

/** An event that has what it needs; the rest is anything. */
const needy = fc
  .tuple(fc.constantFrom(...SAMPLE_NAMES), oddFields(OPTIONAL.envelope), oddFields(OPTIONAL.data))
  .map(([name, envelope, fields]) => {
    const { data, ...event } = JSON.parse(sampleText(name)) as Record<string, unknown>;
    return JSON.stringify({ ...event, ...envelope, data: { ...(data as object), ...fields } });
  });

function admitted(text: string): Admitted {
  const [result] = parseDelivery(delivery(text), ADMISSION);
  ok(result?.ok, `refused: ${result?.ok === false ? result.detail : ''}`);
  return result;
}

describe('an event that has what presence needs', () => {
  it('is admitted whatever else is missing, null or of another shape, is the same event in the log, and says which fields were odd', () => {
    const seen = new Set<ToleratedField>();
    fc.assert(
      fc.property(needy, (text) => {
        const { key, json, event, tolerated } = admitted(text);
        const record = parseRecord(Buffer.from(key), Buffer.from(json));
        deepStrictEqual(record.ok && record.event, event);
        for (const field of tolerated) seen.add(field);
        strictEqual(new Set(tolerated).size, tolerated.length);
      }),
      RUNS,
    );
    const drawn = TOLERATED_FIELDS.filter((field) => !['type', 'time', 'data', 'sequenceNumber'].includes(field));
    expect([...seen].sort()).toEqual([...drawn].sort());
  });
});

describe('the Event Grid schema', () => {
  it('gives the same event as CloudEvents, or the same refusal, whatever is odd', () => {
    const seen = { admitted: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(needy, eventTexts), (text) => {
        const event = eventOf(text);
        // Without a type it is of neither schema, and without a version it is odd as a CloudEvent only.
        fc.pre(typeof event?.['type'] === 'string' && event['type'] !== '');
        const cloudEvent = stringifyJson({ ...event, specversion: '1.0' });
        const results = [cloudEvent, eventGridSchema(cloudEvent)].map((body) => parseDelivery(delivery(body), ADMISSION));
        const [expected, found] = results.map(([result]) =>
          result?.ok ? [result.event, result.tolerated] : [result?.reason, result?.detail],
        );
        deepStrictEqual(found, expected);
        seen[results[0]?.[0]?.ok ? 'admitted' : 'refused']++;
      }),
      RUNS,
    );
    expect(seen.admitted).toBeGreaterThan(300);
    expect(seen.refused).toBeGreaterThan(30);
  });
});

function eventOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
