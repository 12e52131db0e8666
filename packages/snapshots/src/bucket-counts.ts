import { compareText } from '@rollcall/schema';

/** A partition's `counts` in Redis, a hash: each namespace, and as JSON its buckets, named without the namespace, each with how many clients it has. */
export type StoredCounts = readonly (readonly [namespace: string, text: string])[];

/** How many clients each bucket of a partition has, as its owner knows it. */
export class BucketCounts {
  /** Of each namespace in the order of names, so that the same counts are the same text. */
  readonly #namespaces: Map<string, Map<string, number>>;

  /** Throws LayoutOutdated. */
  constructor(stored: StoredCounts = []) {
    this.#namespaces = new Map(stored.map(([namespace, text]) => [namespace, new Map(parseNamespace(text))]));
  }

  /** Adds so many clients to each bucket. Gives what is to be stored of the namespaces that differ by that; '' of one that has no client any more. */
  add(by: ReadonlyMap<string, number>): StoredCounts {
    const changed = new Map<string, Map<string, number>>();
    for (const [bucket, clients] of by) {
      if (clients === 0) continue;
      const [namespace, name] = splitBucket(bucket);
      const counts = this.#namespaces.get(namespace) ?? new Map<string, number>();
      const after = setInOrder(counts, name, (counts.get(name) ?? 0) + clients);
      this.#namespaces.set(namespace, after);
      changed.set(namespace, after);
    }
    return [...changed].map(([namespace, counts]) => [namespace, counts.size === 0 ? '' : JSON.stringify(Object.fromEntries(counts))]);
  }
}

/** Redis holds counts as an earlier version wrote them, a number of each bucket. */
export class LayoutOutdated extends Error {
  override readonly name = 'LayoutOutdated';
  readonly retryable = false;
  constructor() {
    super('Redis holds snapshots in the layout of an earlier version: empty it, and projectors restore it from rollcall.state');
  }
}

/** All buckets, each with its clients. Throws LayoutOutdated. */
export function parseCounts(stored: StoredCounts): [bucket: string, clients: number][] {
  return stored.flatMap(([namespace, text]) =>
    parseNamespace(text).map(([name, clients]): [string, number] => [`${namespace}/${name}`, clients]),
  );
}

function parseNamespace(text: string): [name: string, clients: number][] {
  const counts: unknown = JSON.parse(text);
  if (typeof counts !== 'object' || counts === null) throw new LayoutOutdated();
  return Object.entries(counts);
}

/** Only a name that comes makes another map. */
function setInOrder(counts: Map<string, number>, name: string, clients: number): Map<string, number> {
  if (clients !== 0 && !counts.has(name)) return new Map([...counts, [name, clients] as const].sort(([a], [b]) => compareText(a, b)));
  if (clients === 0) counts.delete(name);
  else counts.set(name, clients);
  return counts;
}

function splitBucket(bucket: string): [namespace: string, name: string] {
  const end = bucket.indexOf('/');
  return [bucket.slice(0, end), bucket.slice(end + 1)];
}
