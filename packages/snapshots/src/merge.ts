import { compareText } from '@rollcall/schema';

/** A place in the order of an index. */
export interface Place {
  /** Milliseconds since 1970, in the order of since; -Infinity before the first. */
  readonly since?: number | undefined;
  /** Encoded; '' before the first. */
  readonly name: string;
}

/** What comes next in one sorted set. */
export interface Run<E extends Place = Place> {
  readonly entries: readonly E[];
  /** Nothing comes after these, or not before another of the same answer breaks off. */
  readonly isEnd: boolean;
}

/** Merges runs into one, up to where the first of them breaks off: what comes after is not known of all. */
export function merge<E extends Place>(runs: readonly Run<E>[]): Run<E> {
  const breaks = runs.filter(({ isEnd }) => !isEnd).flatMap(({ entries }) => entries.slice(-1));
  const first = breaks.reduce<E | undefined>((least, entry) => (least && comparePlaces(least, entry) < 0 ? least : entry), undefined);
  const entries = runs.flatMap((run) => (first ? run.entries.filter((entry) => comparePlaces(entry, first) <= 0) : run.entries));
  return { entries: entries.sort(comparePlaces), isEnd: first === undefined };
}

function comparePlaces(a: Place, b: Place): number {
  return (a.since ?? 0) - (b.since ?? 0) || compareText(a.name, b.name);
}
