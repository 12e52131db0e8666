import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { EncodingInvalid, encodeLong, encodeString, encodeTimestamp } from './encoded-value.ts';
import { annotate, partitionKeyOf, unbatch } from './message.ts';

const { data_section, data_sections, decode, encode } = rhea.message;
const { types } = rhea;

/** A value of every width and kind that AMQP knows. */
const TYPED = {
  null: types.wrap(null),
  true: types.wrap_boolean(true),
  ubyte: types.wrap_ubyte(200),
  ushort: types.wrap_ushort(60_000),
  uint: types.wrap_uint(4_000_000_000),
  ulong: types.wrap_ulong(2 ** 50),
  byte: types.wrap_byte(-1),
  short: types.wrap_short(-300),
  int: types.wrap_int(-70_000),
  long: types.wrap_long(Buffer.from('7fffffffffffffff', 'hex')),
  float: types.wrap_float(0.5),
  double: types.wrap_double(Math.PI),
  char: types.wrap_char(0x1f600),
  timestamp: types.wrap_timestamp(1_795_395_723_456),
  uuid: types.wrap_uuid(Buffer.alloc(16, 7)),
  binary: types.wrap_binary(Buffer.from([0, 255])),
  string: types.wrap_string('käse'),
  'long string': types.wrap_string('x'.repeat(300)),
  symbol: types.wrap_symbol('symbol'),
  list: types.wrap_list([1, 'two', []]),
  map: types.wrap_map({ nested: { deep: true } }),
  array: types.wrap_array(['a', 'b'], 0xa1, undefined),
};

const OURS = new Map([
  ['x-opt-sequence-number', encodeLong(2 ** 40)],
  ['x-opt-offset', encodeString('4096')],
  ['x-opt-enqueued-time', encodeTimestamp(1_795_395_723_456)],
]);

/** The bytes behind the message annotations: properties, application properties, body, footer. */
function bareBytes(encoded: Buffer): Buffer {
  return encoded.subarray(encoded.indexOf(Buffer.from([0x00, 0x53, 0x73])));
}

describe('annotating', () => {
  it.each([
    ['data', data_section(Buffer.from([0, 83, 114]))],
    ['several data sections', data_sections([Buffer.from('a'), Buffer.from('b')])],
    ['a value', TYPED.map],
    ['a sequence', rhea.message.sequence_section([1, 'two'])],
  ])('leaves every byte of properties, application properties and a body of %s as it was', (_, body) => {
    const encoded = encode({ message_id: 'id', application_properties: TYPED, body });
    const annotated = annotate(encoded, OURS);
    expect(annotated).not.toEqual(encoded);
    expect(bareBytes(annotated)).toEqual(bareBytes(encoded));
    expect(decode(annotated)['message_annotations']).toEqual({
      'x-opt-sequence-number': 2 ** 40,
      'x-opt-offset': '4096',
      'x-opt-enqueued-time': new Date(1_795_395_723_456),
    });
  });

  it('keeps the header and other annotations, replaces its own, and drops what was meant for one hop', () => {
    const encoded = encode({
      durable: true,
      ttl: 5_000,
      delivery_annotations: { hop: 1 },
      message_annotations: { 'x-opt-partition-key': 'k', 'x-opt-offset': 'forged', mine: TYPED.array },
      body: 'x',
    });
    expect(decode(annotate(encoded, OURS))).toMatchObject({
      durable: true,
      ttl: 5_000,
      message_annotations: { 'x-opt-partition-key': 'k', 'x-opt-offset': '4096', mine: ['a', 'b'] },
      body: 'x',
    });
    expect(decode(annotate(encoded, OURS))['delivery_annotations']).toBeUndefined();
  });

  it('works on a message that is only a body', () => {
    const body = Buffer.from([0x00, 0x53, 0x75, 0xa0, 0x01, 0x2a]);
    const annotated = annotate(body, OURS);
    expect(annotated.subarray(-body.length)).toEqual(body);
    expect(decode(annotated)['message_annotations']).toHaveProperty('x-opt-offset', '4096');
  });
});

describe('reading', () => {
  it('finds the partition key', () => {
    expect(partitionKeyOf(encode({ message_annotations: { 'x-opt-partition-key': 'käse' }, body: 'x' }))).toBe('käse');
    expect(partitionKeyOf(encode({ message_annotations: { other: 'x' }, body: 'x' }))).toBeUndefined();
    expect(partitionKeyOf(encode({ body: 'x' }))).toBeUndefined();
  });

  it('takes a batch apart into its messages, byte for byte', () => {
    const messages = ['a', 'b'.repeat(1_000)].map((body) => encode({ body, application_properties: TYPED }));
    expect(unbatch(encode({ body: data_sections(messages) }))).toEqual(messages);
  });

  it.each([
    ['that ends within a section', encode({ body: 'hello' }).subarray(0, -2)],
    ['without a section', Buffer.from('hello')],
    ['of an unknown section', Buffer.from([0x00, 0x53, 0x10, 0x45])],
    ['of an unknown type', Buffer.from([0x00, 0x53, 0x77, 0x30])],
    ['whose length overruns', Buffer.from([0x00, 0x53, 0x75, 0xb0, 0xff, 0xff, 0xff, 0xff, 0x00])],
  ])('throws on a message %s', (_, encoded) => {
    expect(() => partitionKeyOf(encoded)).toThrow(EncodingInvalid);
  });
});
