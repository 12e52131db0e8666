import type { OwnershipList } from './hub-store.ts';

export interface Balance {
  /** Partitions to take over: nobody reads them, or another owner has more than its share. */
  readonly claims: readonly string[];
  /** How many partitions this owner should have at least. */
  readonly share: number;
}

/** Which partitions `me` should claim, so that all owners come to have the same number, give or take one. An owner that has not renewed a partition
 *  for `expiry` ms counts as dead; ages are by the storage's clock, so nobody's own clock matters. */
export function balance(
  partitionIds: readonly string[],
  { ownerships, now }: OwnershipList,
  me: string,
  { expiry, pick = (most) => Math.floor(Math.random() * most) }: { readonly expiry: number; readonly pick?: (most: number) => number },
): Balance {
  const ownerOf = new Map<string, string>();
  for (const { partitionId, ownerId, claimedAt } of ownerships) {
    if (partitionIds.includes(partitionId) && ownerId !== '' && now - claimedAt < expiry) ownerOf.set(partitionId, ownerId);
  }
  const owned = new Map<string, string[]>([[me, []]]);
  for (const [partition, owner] of ownerOf) owned.set(owner, [...(owned.get(owner) ?? []), partition]);
  const share = Math.floor(partitionIds.length / owned.size);
  const mine = owned.get(me)?.length ?? 0;
  const free = partitionIds.filter((id) => !ownerOf.has(id));
  // Owners with one more than the share, as many as there are partitions over: only if one is left for me.
  const richer = partitionIds.length % owned.size;
  const rich = [...owned].filter(([owner, partitions]) => owner !== me && partitions.length > share).length;
  const target = share + (rich < richer ? 1 : 0);
  const claims: string[] = [];
  while (free.length > 0 && mine + claims.length < target) claims.push(...free.splice(pick(free.length), 1));
  while (mine + claims.length < target) {
    const richest = [...owned]
      .filter(([owner, partitions]) => owner !== me && partitions.length > share && partitions.length > mine + claims.length + 1)
      .sort(([, a], [, b]) => b.length - a.length)[0]?.[1];
    if (richest === undefined) break;
    claims.push(...richest.splice(pick(richest.length), 1));
  }
  return { claims, share };
}
