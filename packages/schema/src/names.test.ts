import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientKey, compareText, decodeName, encodeName, Name, parseClientKey, partitionOf } from './names.ts';

const AWKWARD = 'a:b/c{d} %e*😀';

describe('a name', () => {
  it('is kept as it came: case, spaces, braces and emoji', () => {
    for (const name of ['Client1', 'client1', ' ', AWKWARD, '__proto__', 'ß', 'e\u0301']) expect(Name.parse(name)).toBe(name);
  });

  it('has at most 128 characters, an emoji being one', () => {
    expect(Name.safeParse('x'.repeat(128)).success).toBe(true);
    expect(Name.safeParse('😀'.repeat(128)).success).toBe(true);
    expect(Name.safeParse('x'.repeat(129)).success).toBe(false);
    expect(Name.safeParse('😀'.repeat(129)).success).toBe(false);
    expect(Name.safeParse('').success).toBe(false);
  });

  it('holds no lone surrogate, for two of them would become one key in UTF-8', () => {
    for (const half of ['\ud83d', '\ude00', 'a\ud83db', '\ude00\ud83d']) expect(Name.safeParse(half).success).toBe(false);
  });
});

describe('a key', () => {
  it('percent-encodes %, / and control characters, and nothing else', () => {
    expect(encodeName('a/b%c\u0000\n\u007f')).toBe('a%2Fb%25c%00%0A%7F');
    expect(encodeName('a:b{c} d*😀ü+&?#')).toBe('a:b{c} d*😀ü+&?#');
    expect(encodeName('%2F')).toBe('%252F');
  });

  it('keeps names apart that would run together', () => {
    expect(clientKey('ns/a', 'b')).toBe('ns%2Fa/b');
    expect(clientKey('ns', 'a/b')).toBe('ns/a%2Fb');
    expect(clientKey('ns', 'Client')).not.toBe(clientKey('ns', 'client'));
  });

  it('gives the names back', () => {
    for (const client of [AWKWARD, '/', '%', '%2F', '😀'.repeat(128), '\u0000', '__proto__']) {
      expect(decodeName(encodeName(client))).toBe(client);
      expect(parseClientKey(clientKey('my ns', client))).toEqual({ key: clientKey('my ns', client), namespace: 'my ns', client });
    }
  });

  it.each(['', 'ns', 'ns/', '/client', 'ns/client/session', 'ns/a%2fb', 'ns/%', 'ns/%zz', 'ns/%41', 'ns/a\u0000', `ns/${'x'.repeat(129)}`])(
    'is not "%s", which clientKey never writes',
    (key) => {
      expect(parseClientKey(key)).toBeUndefined();
    },
  );
});

describe('a partition', () => {
  it("is zlib's CRC-32 of the key's UTF-8 bytes, modulo", () => {
    // 3421780262 is CRC-32's published check value; the others are from Python's zlib.crc32.
    const crc32 = { '123456789': 3421780262, 'myns/client1': 1801956704, 'a%2Fb/c': 262600556, 'ns/gerät-😀': 2704550370 };
    for (const [key, checksum] of Object.entries(crc32)) {
      expect(partitionOf(key, 2 ** 32)).toBe(checksum);
      expect(partitionOf(key, 12)).toBe(checksum % 12);
      expect(partitionOf(key, 1)).toBe(0);
    }
  });
});

describe('the order of texts', () => {
  it('is that of their UTF-8 bytes, where that of UTF-16 units differs', () => {
    expect('\uffff' < '😀').toBe(false);
    expect(compareText('\uffff', '😀')).toBeLessThan(0);
    expect(['b', '😀', 'a', '\uffff', 'ab', 'B', ''].sort(compareText)).toEqual(['', 'B', 'a', 'ab', 'b', '\uffff', '😀']);
    expect(compareText('same', 'same')).toBe(0);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
