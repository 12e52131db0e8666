import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketCounts, LayoutOutdated, parseCounts, type StoredCounts } from './bucket-counts.ts';

/** As Redis has them after what `add` gave was stored. */
class Hash {
  readonly #fields = new Map<string, string>();

  store(counts: StoredCounts): void {
    for (const [namespace, text] of counts) {
      if (text === '') this.#fields.delete(namespace);
      else this.#fields.set(namespace, text);
    }
  }

  get stored(): StoredCounts {
    return [...this.#fields].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

const buckets = fc.constantFrom(
  'a/online///yes/Enabled',
  'a/offline/pending/x/no/',
  'b/unknown///yes/__proto__',
  '123/online///no/',
  '__proto__/online///no/',
);
const moves = fc.array(fc.record({ from: buckets, to: buckets }), { maxLength: 20 });

describe('counts of buckets', () => {
  it('say what Redis is to hold, whoever goes on from there, and the same counts are the same text', () => {
    fc.assert(
      fc.property(fc.array(buckets, { minLength: 20, maxLength: 30 }), moves, fc.integer({ min: 1, max: 5 }), (clients, path, every) => {
        const there = [...clients];
        const hash = new Hash();
        let counts = new BucketCounts();
        hash.store(counts.add(tally(there)));
        for (const [n, { from, to }] of path.entries()) {
          if (n % every === 0) counts = new BucketCounts(hash.stored);
          const at = there.indexOf(from);
          if (at < 0) continue;
          there[at] = to;
          hash.store(
            counts.add(
              new Map(
                from === to
                  ? [[to, 0]]
                  : [
                      [from, -1],
                      [to, 1],
                    ],
              ),
            ),
          );
        }
        expect(new Map(parseCounts(hash.stored))).toEqual(tally(there));
        const atOnce = new Hash();
        atOnce.store(new BucketCounts().add(tally(there.toReversed())));
        expect(hash.stored).toEqual(atOnce.stored);
      }),
      { numRuns: 300, seed: 20_260_301 },
    );
  });

  it('name only the namespaces that differ, and those that nobody is left in', () => {
    const counts = new BucketCounts([
      ['a', '{"online///yes/Enabled":2}'],
      ['b', '{"unknown///no/":1}'],
    ]);
    expect(counts.add(new Map([['a/online///yes/Enabled', 0]]))).toEqual([]);
    expect(
      counts.add(
        new Map([
          ['b/unknown///no/', -1],
          ['a/offline/pending/x/no/', 1],
        ]),
      ),
    ).toEqual([
      ['b', ''],
      ['a', '{"offline/pending/x/no/":1,"online///yes/Enabled":2}'],
    ]);
  });

  it('of an earlier layout, one number of each bucket, are not read as anything else', () => {
    const stored: StoredCounts = [['myns/online///yes/Enabled', '12']];
    expect(() => new BucketCounts(stored)).toThrow(LayoutOutdated);
    expect(() => parseCounts(stored)).toThrow('empty it, and projectors restore it');
  });
});

function tally(clients: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(clients, (bucket) => bucket)].map(([bucket, { length }]) => [bucket, length]));
}
