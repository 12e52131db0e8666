import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balance } from './balance.ts';
import type { Ownership } from './hub-store.ts';

const EXPIRY = 60_000;
const NOW = 1_000_000;
const partitions = (count: number) => Array.from({ length: count }, (_, n) => String(n));
const owned = (owner: string, ids: readonly string[], age = 0): Ownership[] =>
  ids.map((partitionId) => ({ partitionId, ownerId: owner, claimedAt: NOW - age, etag: '' }));
const first = { expiry: EXPIRY, pick: () => 0 };

describe('which partitions an ingest claims', () => {
  it('claims all at once when it is alone', () => {
    expect(balance(partitions(4), { ownerships: [], now: NOW }, 'me', first)).toEqual({ claims: ['0', '1', '2', '3'], share: 4 });
  });

  it('takes half from the one that has all', () => {
    const all = { ownerships: owned('other', partitions(4)), now: NOW };
    expect(balance(partitions(4), all, 'me', first)).toEqual({ claims: ['0', '1'], share: 2 });
  });

  it('takes over from the dead, whose claims are not renewed, and what was given up', () => {
    const ownerships = [...owned('dead', ['0', '1'], EXPIRY), ...owned('', ['2', '3'])];
    expect(balance(partitions(4), { ownerships, now: NOW }, 'me', first).claims).toEqual(['0', '1', '2', '3']);
  });

  it('asks the storage for the time: it takes nothing from the living when its own clock is ahead', () => {
    const ownerships = [...owned('other', ['0', '1'], EXPIRY - 1), ...owned('me', ['2', '3'])];
    expect(balance(partitions(4), { ownerships, now: NOW }, 'me', first).claims).toEqual([]);
  });

  it('has no share where there are more ingests than partitions', () => {
    const ownerships = partitions(2).flatMap((id) => owned(`owner of ${id}`, [id]));
    expect(balance(partitions(2), { ownerships, now: NOW }, 'me', first)).toEqual({ claims: [], share: 0 });
  });

  it('forgets partitions that the hub does not have any more', () => {
    const ownerships = owned('other', ['2', '3', '4', '5']);
    expect(balance(partitions(2), { ownerships, now: NOW }, 'me', first).claims).toEqual(['0', '1']);
  });

  it('comes to rest with nobody more than one ahead of another, whoever begins with what', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: -1, max: 5 }), { minLength: 24, maxLength: 24 }),
        fc.infiniteStream(fc.nat()),
        (count, owners, initial, luck) => {
          const table = new Map(partitions(count).map((id, n) => [id, initial[n] ?? -1]));
          const list = () => ({
            now: NOW,
            ownerships: [...table].flatMap(([id, owner]) => owned(owner < 0 || owner >= owners ? '' : `${owner}`, [id])),
          });
          const pick = (most: number) => luck.next().value % most;
          let claimed = 1;
          for (let round = 0; claimed > 0 && round < 20; round++) {
            claimed = 0;
            for (let owner = 0; owner < owners; owner++) {
              const { claims } = balance([...table.keys()], list(), `${owner}`, { expiry: EXPIRY, pick });
              for (const id of claims) table.set(id, owner);
              claimed += claims.length;
            }
          }
          expect(claimed).toBe(0);
          const counts = Array.from({ length: owners }, (_, owner) => [...table.values()].filter((its) => its === owner).length);
          expect(counts.reduce((a, b) => a + b)).toBe(count);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
