const SHORTEST = 500;
const LONGEST = 30_000;

/** A part that stayed up this long, in ms, is not failing again but for the first time. */
export const STEADY_AFTER = 60_000;

/** How long to wait, in ms, before a part is started again after it died `deaths` times in a row. */
export function restartDelay(deaths: number): number {
  return Math.min(LONGEST, SHORTEST * 2 ** (deaths - 1));
}
