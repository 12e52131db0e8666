import { describe, expect, it } from 'vitest';
import { binaryModeAttributes, decodeUtf8, structuredModeJson } from './binary-mode.ts';

describe('the attributes of a message in binary mode', () => {
  it.each(['ce-', 'ce_', 'cloudEvents:', 'cloudEvents_', 'CE-', 'CLOUDEVENTS:'])('are its properties with the prefix %s', (prefix) => {
    expect(binaryModeAttributes({ [`${prefix}specversion`]: '1.0', [`${prefix}id`]: 'a', [`${prefix}Type`]: 't', other: 1 })).toEqual({
      specversion: '1.0',
      id: 'a',
      type: 't',
    });
  });

  it('are texts, whatever the type of the property', () => {
    const time = new Date('2023-07-29T01:23:49.645Z');
    expect(
      binaryModeAttributes({ 'ce-specversion': '1.0', 'ce-time': time, 'ce-n': 1, 'ce-b': true, 'ce-u': undefined, 'ce-x': null }),
    ).toEqual({
      specversion: '1.0',
      time: '2023-07-29T01:23:49.645Z',
      n: '1',
      b: 'true',
    });
  });

  it('are texts even where a property has none', () => {
    const odd = {
      'ce-specversion': '1.0',
      'ce-time': new Date(Number.NaN),
      'ce-map': Object.create(null),
      'ce-list': [Object.create(null)],
    };
    expect(binaryModeAttributes(odd)).toMatchObject({ specversion: '1.0', time: 'Invalid Date' });
  });

  it('are not there without a specversion', () => {
    expect(binaryModeAttributes({})).toBeUndefined();
    expect(binaryModeAttributes({ 'ce-id': 'a', 'aeg-event-type': 't' })).toBeUndefined();
  });

  it('become a structured event, its data untouched', () => {
    const data = '{ "sequenceNumber": 9223372036854775807, "sequenceNumber": 1.0 }';
    const json = structuredModeJson({ specversion: '1.0', id: '"', data: 'dropped', data_base64: 'dropped' }, data);
    expect(json).toBe(`{"specversion":"1.0","id":"\\"","data":${data}}`);
  });
});

describe('the text of bytes', () => {
  it('has no byte order mark, and is not guessed where bytes are no UTF-8', () => {
    expect(decodeUtf8(Buffer.from('\ufeff{}'))).toBe('{}');
    expect(decodeUtf8(Buffer.from('{"a":"\ufeff"}'))).toBe('{"a":"\ufeff"}');
    expect(decodeUtf8(Buffer.from([0xc3, 0x28]))).toBeUndefined();
    expect(decodeUtf8(Buffer.from([0xed, 0xa0, 0xbd]))).toBeUndefined();
    expect(decodeUtf8(new Uint8Array(0))).toBe('');
  });
});
