import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { toLogRecord } from './record.ts';

const plain = {
  key: Buffer.from('ns/c'),
  value: Buffer.from('{}'),
  timestamp: '1772452800000',
  attributes: 0,
  offset: '9223372036854775806',
};
const message = (more: Partial<Pick<KafkaMessage, 'key' | 'value' | 'headers'>> = {}): KafkaMessage => ({ ...plain, headers: {}, ...more });

describe('a record that was read', () => {
  it('keeps an offset beyond 2^53 exactly', () => {
    expect(toLogRecord(3, message())).toMatchObject({ partition: 3, offset: 9223372036854775806n, timestamp: 1772452800000 });
  });

  it('has the bytes of key and value, or null where there are none', () => {
    expect(toLogRecord(0, message({ key: null, value: null }))).toMatchObject({ key: null, value: null });
    expect(toLogRecord(0, message({ value: Buffer.from([0xff, 0x00]) })).value).toEqual(Buffer.from([0xff, 0x00]));
  });

  it('has its headers as text, the first of several of one name', () => {
    const headers = { reason: Buffer.from('zu früh'), twice: [Buffer.from('first'), Buffer.from('second')] };
    expect(toLogRecord(0, message({ headers })).headers).toEqual({ reason: 'zu früh', twice: 'first' });
  });

  it('has no headers where none came', () => {
    expect(toLogRecord(0, { ...plain, size: 0 }).headers).toEqual({});
  });
});
