import { compareText, type Existence, type Presence } from '@rollcall/schema';
import { parseBucket } from './bucket.ts';

/** How many clients a namespace has, by what they can be listed by. */
export interface NamespaceCounts {
  readonly namespace: string;
  readonly clients: number;
  readonly presence: Readonly<Record<Presence, number>>;
  /** How many of those that are offline are confirmed to be. */
  readonly offlineConfirmed: number;
  /** Of those that are offline: by the reason of their latest ending. */
  readonly reason: Readonly<Record<string, number>>;
  readonly exists: Readonly<Record<Existence, number>>;
  /** Of those that exist: by the state of their resource. */
  readonly state: Readonly<Record<string, number>>;
}

/** Adds the partitions' buckets up, per namespace in the order of their names. */
export function addUp(buckets: readonly (readonly [bucket: string, clients: number])[]): NamespaceCounts[] {
  const sums = new Map<string, number>();
  for (const [bucket, clients] of buckets) sums.set(bucket, (sums.get(bucket) ?? 0) + clients);
  const found = new Map<string, ReturnType<typeof nothing>>();
  for (const [bucket, clients] of sums) {
    const { namespace, presence, confirmed, reason, exists, state } = parseBucket(bucket);
    const counts = found.get(namespace) ?? nothing(namespace);
    found.set(namespace, counts);
    counts.clients += clients;
    counts.presence[presence] += clients;
    counts.exists[exists] += clients;
    if (confirmed) counts.offlineConfirmed += clients;
    if (reason !== undefined) counts.reason[reason] = (counts.reason[reason] ?? 0) + clients;
    if (state !== undefined) counts.state[state] = (counts.state[state] ?? 0) + clients;
  }
  return [...found.values()].sort((a, b) => compareText(a.namespace, b.namespace));
}

function nothing(namespace: string) {
  return {
    namespace,
    clients: 0,
    presence: { online: 0, offline: 0, unknown: 0 },
    offlineConfirmed: 0,
    reason: open(),
    exists: { yes: 0, no: 0, unknown: 0 },
    state: open(),
  };
}

/** Reasons and states are open sets: one may be called `constructor`. */
function open(): Record<string, number> {
  return Object.create(null);
}
