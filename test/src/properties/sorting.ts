import { compareText } from '@rollcall/schema';

/** What things are ordered by: compared member by member, texts by their UTF-8 bytes. */
export type Rank = readonly (bigint | string)[];

/** The greatest of `items`, found by sorting all of them. Undefined if there are none. */
export function greatest<T>(items: readonly T[], rankOf: (item: T) => Rank): T | undefined {
  return [...items].sort((a, b) => compareRanks(rankOf(a), rankOf(b))).at(-1);
}

/** The least of `items`. Undefined if there are none. */
export function least<T>(items: readonly T[], rankOf: (item: T) => Rank): T | undefined {
  return [...items].sort((a, b) => compareRanks(rankOf(a), rankOf(b))).at(0);
}

export function compareRanks(a: Rank, b: Rank): number {
  for (const [index, member] of a.entries()) {
    const order = compareMembers(member, b[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareMembers(a: bigint | string, b: bigint | string): number {
  if (typeof a === 'string' || typeof b === 'string') return compareText(String(a), String(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
