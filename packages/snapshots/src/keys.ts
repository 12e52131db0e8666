import { clientKey, DEFAULT_PREFIX, partitionOf, type Time, timeToMilliseconds } from '@rollcall/schema';

/** Names of the Redis keys. All keys of one partition in one generation share the hash tag `{generation:partition}`, so one script
 *  may touch them all, on standalone, Sentinel and Cluster alike. */
export class Keys {
  constructor(readonly prefix: string = DEFAULT_PREFIX) {
    if (/[{}]/.test(prefix)) throw new TypeError('the prefix must not hold { or }: they would become the hash tag');
  }

  /** String: the generation that readers use. */
  generation(): string {
    return `${this.prefix}:generation`;
  }

  /** Hash: the number of each generation to its status and the version of the fold that writes it. */
  generations(): string {
    return `${this.prefix}:generations`;
  }

  /** String: the number of partitions, fixed for the life of the topics. */
  partitions(): string {
    return `${this.prefix}:partitions`;
  }

  partition(generation: number, partition: number): PartitionKeys {
    return new PartitionKeys(`${this.prefix}:{${generation}:${partition}}:`);
  }
}

export class PartitionKeys {
  constructor(readonly base: string) {}

  /** Hash: `watermark`, the next offset to apply. */
  meta(): string {
    return `${this.base}meta`;
  }

  /** Hash: a namespace to the JSON of its buckets, each with its number of clients. */
  counts(): string {
    return `${this.base}counts`;
  }

  /** Sorted set: clients whose offline is not yet confirmed, by due time in milliseconds. */
  deadlines(): string {
    return `${this.base}deadlines`;
  }

  /** Hash: a source's id, as client snapshots have it, to its full resource path. */
  sources(): string {
    return `${this.base}sources`;
  }

  /** No key: there never is one of this name. A Cluster refuses a script that names it among others (TRYAGAIN) while it moves the slot: the
   *  script would find some of the partition's keys on one node and not those on the other. */
  absent(): string {
    return `${this.base}absent`;
  }

  /** String: the client with its sessions, as JSON. */
  client(key: string): string {
    return `${this.base}client:${key}`;
  }

  /** Sorted set: encoded names of the bucket's clients, in the order of since (milliseconds, then name) or of name (score 0). */
  index(order: IndexOrder, bucket: string): string {
    return `${this.base}index:${order}:${bucket}`;
  }
}

export type IndexOrder = 'since' | 'name';

/** Where a client stands in the order of since: 0 where it has none. */
export function scoreOf(since: Time | undefined): number {
  return since === undefined ? 0 : timeToMilliseconds(since);
}

/** Whom a client's snapshot is of. */
export interface ClientId {
  readonly namespace: string;
  readonly client: string;
}

export function partitionOfClient({ namespace, client }: ClientId, partitions: number): number {
  return partitionOf(clientKey(namespace, client), partitions);
}
