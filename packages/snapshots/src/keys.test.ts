import { clientKey } from '@rollcall/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Keys, partitionOfClient } from './keys.ts';

/** What Redis Cluster hashes of a key: the text between its first `{` and the next `}`. */
const hashTag = (key: string) => /\{([^}]+)\}/.exec(key)?.[1];
const name = fc.oneof(
  fc.constantFrom('a', 'a/b', '%', '%2F', '{', '}', '{x}', ':', '__proto__'),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
);

describe('the keys of a partition', () => {
  const keys = new Keys('rollcall').partition(2, 7);

  it('are what the documentation says', () => {
    expect([keys.meta(), keys.counts(), keys.deadlines(), keys.sources()]).toEqual([
      'rollcall:{2:7}:meta',
      'rollcall:{2:7}:counts',
      'rollcall:{2:7}:deadlines',
      'rollcall:{2:7}:sources',
    ]);
    expect(keys.client(clientKey('my/ns', 'client 1'))).toBe('rollcall:{2:7}:client:my%2Fns/client 1');
    expect(keys.index('since', 'ns/online///yes/Enabled')).toBe('rollcall:{2:7}:index:since:ns/online///yes/Enabled');
  });

  it('share one slot, whatever braces the names hold', () => {
    fc.assert(
      fc.property(name, name, (namespace, client) => {
        for (const key of [keys.client(clientKey(namespace, client)), keys.index('name', `${client}/online///yes/Enabled`)])
          expect(hashTag(key)).toBe('2:7');
      }),
    );
  });

  it('are different for different names: client b/c of a is not client c of a/b', () => {
    expect(keys.client(clientKey('a', 'b/c'))).not.toBe(keys.client(clientKey('a/b', 'c')));
    fc.assert(
      fc.property(fc.tuple(name, name), fc.tuple(name, name), (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(keys.client(clientKey(...one))).not.toBe(keys.client(clientKey(...other)));
      }),
    );
  });
});

it('refuses a prefix that would become the hash tag', () => {
  expect(() => new Keys('my{prefix}')).toThrow('the prefix must not hold { or }');
});

it('finds a client in the partition of its key in the log', () => {
  // python3 -c 'import zlib; print(zlib.crc32(b"myns/client1") % 16)'
  expect(partitionOfClient({ namespace: 'myns', client: 'client1' }, 16)).toBe(0);
});
