/** The bytes are not an AMQP 1.0 value. */
export class EncodingInvalid extends Error {
  override readonly name = 'EncodingInvalid';
}

const DESCRIBED = 0x00;

/** Where the AMQP value that starts at `at` ends. Looks at constructors and sizes only and decodes nothing. Throws EncodingInvalid.
 *  Source: AMQP 1.0 part 1, 1.2 (the high half of a constructor tells the width). */
export function valueEnd(bytes: Buffer, at: number): number {
  const code = byteAt(bytes, at);
  if (code === DESCRIBED) return valueEnd(bytes, valueEnd(bytes, at + 1));
  const end = at + 1 + width(bytes, code, at + 1);
  if (end > bytes.length) throw new EncodingInvalid(`a value at ${at} is longer than the message`);
  return end;
}

function width(bytes: Buffer, code: number, at: number): number {
  switch (code >>> 4) {
    case 0x4:
      return 0;
    case 0x5:
      return 1;
    case 0x6:
      return 2;
    case 0x7:
      return 4;
    case 0x8:
      return 8;
    case 0x9:
      return 16;
    case 0xa:
    case 0xc:
    case 0xe:
      return 1 + byteAt(bytes, at);
    case 0xb:
    case 0xd:
    case 0xf:
      return 4 + wordAt(bytes, at);
    default:
      throw new EncodingInvalid(`no AMQP type has the constructor 0x${code.toString(16)}`);
  }
}

/** The text of a string or symbol, undefined for any other type. Throws EncodingInvalid. */
export function textAt(bytes: Buffer, at: number): string | undefined {
  switch (byteAt(bytes, at)) {
    case 0xa1:
    case 0xa3:
      return bytes.toString('utf8', at + 2, valueEnd(bytes, at));
    case 0xb1:
    case 0xb3:
      return bytes.toString('utf8', at + 5, valueEnd(bytes, at));
    default:
      return undefined;
  }
}

/** The content of a binary. Throws EncodingInvalid for any other type. */
export function binaryAt(bytes: Buffer, at: number): Buffer {
  switch (byteAt(bytes, at)) {
    case 0xa0:
      return bytes.subarray(at + 2, valueEnd(bytes, at));
    case 0xb0:
      return bytes.subarray(at + 5, valueEnd(bytes, at));
    default:
      throw new EncodingInvalid(`expected a binary at ${at}`);
  }
}

/** The entries of a map, each with its key's text and the bytes of key and value. Throws EncodingInvalid. */
export function mapEntriesAt(bytes: Buffer, at: number): { key: string | undefined; value: Buffer; entry: Buffer }[] {
  const code = byteAt(bytes, at);
  if (code !== 0xc1 && code !== 0xd1) throw new EncodingInvalid(`expected a map at ${at}`);
  const end = valueEnd(bytes, at);
  const entries = [];
  for (let start = at + (code === 0xc1 ? 3 : 9); start < end; ) {
    const valueStart = valueEnd(bytes, start);
    const next = valueEnd(bytes, valueStart);
    entries.push({ key: textAt(bytes, start), value: bytes.subarray(valueStart, next), entry: bytes.subarray(start, next) });
    start = next;
  }
  return entries;
}

/** A map of raw entries, each the bytes of a key followed by those of its value. */
export function encodeMap(entries: readonly Buffer[]): Buffer {
  const content = Buffer.concat(entries);
  const head = Buffer.alloc(9);
  head[0] = 0xd1;
  head.writeUInt32BE(content.length + 4, 1);
  head.writeUInt32BE(entries.length * 2, 5);
  return Buffer.concat([head, content]);
}

export function encodeSymbol(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xa3, text.length]), Buffer.from(text, 'ascii')]);
}

export function encodeString(text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.alloc(5);
  head[0] = 0xb1;
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

export function encodeLong(value: number): Buffer {
  return encode64(0x81, value);
}

/** @param time milliseconds since 1970 */
export function encodeTimestamp(time: number): Buffer {
  return encode64(0x83, time);
}

function encode64(code: number, value: number): Buffer {
  const encoded = Buffer.alloc(9);
  encoded[0] = code;
  encoded.writeBigInt64BE(BigInt(value), 1);
  return encoded;
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new EncodingInvalid(`the message ends at ${at}, within a value`);
  return byte;
}

function wordAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new EncodingInvalid(`the message ends at ${bytes.length}, within a value`);
  return bytes.readUInt32BE(at);
}
