import { describe, expect, it } from 'vitest';
import type { NewRecord } from './record.ts';
import { inRequests, MAX_REQUEST_BYTES } from './requests.ts';

const record = (value: NewRecord['value'], more: Partial<NewRecord> = {}): NewRecord => ({
  topic: 'rollcall.events',
  partition: 0,
  key: 'ns/c',
  value,
  ...more,
});

/** How many bytes the values of each request hold. */
const bytesPerRequest = (records: readonly NewRecord[]) =>
  [...inRequests(records)].map((some) => some.reduce((sum, { value }) => sum + Buffer.byteLength(value ?? ''), 0));

describe('splitting records into requests', () => {
  it('counts the bytes of a text, not its characters: four bytes of an emoji are two characters', () => {
    const sizes = bytesPerRequest(Array.from({ length: 30 }, () => record('😀'.repeat(25_000))));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
  });

  it('counts headers too: a dead letter may be little else', () => {
    const letters = Array.from({ length: 4 }, () => record(null, { headers: { detail: 'x'.repeat(400_000) } }));
    expect([...inRequests(letters)].map((some) => some.length)).toEqual([2, 2]);
  });

  it('keeps the order and loses nothing, whatever the sizes', () => {
    const sizes = [10, 899_000, 10, 2_000_000, 0, 0, 450_000, 450_000, 450_000, 1];
    const records = sizes.map((size, at) => record('x'.repeat(size), { key: String(at) }));
    expect([...inRequests(records)].flat()).toEqual(records);
    expect([...inRequests(records)].every((some) => some.length > 0)).toBe(true);
  });

  it('sends a record alone that is larger than a request, and what fits together', () => {
    const records = [record('a'), record(new Uint8Array(2_000_000)), record('b'), record(null)];
    expect([...inRequests(records)].map((some) => some.length)).toEqual([1, 1, 2]);
  });

  it('makes no request of no records', () => {
    expect([...inRequests([])]).toEqual([]);
  });
});
