/** Past this difference, in milliseconds, the system clock was set, or the machine slept. */
const DRIFT = 5;

/** Now in UTC with seven fractional digits (100 ns), as Event Grid writes its times: the system clock, refined by the monotonic one. */
export function createUtcClock(systemMs: () => number = Date.now, monotonicNs: () => bigint = process.hrtime.bigint): () => string {
  let anchor = { ms: systemMs(), ns: monotonicNs() };
  const sinceAnchor = () => BigInt(anchor.ms) * 10_000n + (monotonicNs() - anchor.ns) / 100n;
  return () => {
    const ms = systemMs();
    let ticks = sinceAnchor();
    if (Math.abs(Number(ticks / 10_000n) - ms) > DRIFT) {
      anchor = { ms, ns: monotonicNs() };
      ticks = sinceAnchor();
    }
    const millisecond = new Date(Number(ticks / 10_000n)).toISOString().slice(0, -1);
    return `${millisecond}${String(ticks % 10_000n).padStart(4, '0')}Z`;
  };
}
