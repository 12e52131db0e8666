/** Of one run, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly samples: number;
}

/** Each by nearest rank: the least sample that so great a share of the samples does not exceed. Never an average of two. Throws RangeError if
 *  there are none. */
export function percentilesOf(samples: readonly number[]): Percentiles {
  if (samples.length === 0) throw new RangeError('no samples');
  const sorted = Float64Array.from(samples).sort();
  const at = (perMille: number) => sorted[Math.ceil((sorted.length * perMille) / 1_000) - 1] ?? Number.NaN;
  return { p50: at(500), p99: at(990), p999: at(999), samples: sorted.length };
}
