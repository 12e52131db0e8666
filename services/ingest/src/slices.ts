/** Cuts a list into runs that weigh no more than `most` each; what is heavier by itself is a run of its own. */
export function* slices<T>(items: readonly T[], weigh: (item: T) => number, most: number): Generator<readonly T[]> {
  let slice: T[] = [];
  let weight = 0;
  for (const item of items) {
    const next = weigh(item);
    if (slice.length > 0 && weight + next > most) {
      yield slice;
      slice = [];
      weight = 0;
    }
    slice.push(item);
    weight += next;
  }
  if (slice.length > 0) yield slice;
}
