/** What the fold is told from outside. The same settings must hold for the life of a generation: they are part of what it concludes. */
export interface FoldSettings {
  /** How far two of the service's clocks may disagree, in ticks of 100 ns. Default 30 s. */
  readonly clockSkew: bigint;
  /** How long after a newer Connected an older connection's loss may still be found, in ticks of 100 ns. Default 1 h: above
   *  1.5 × the longest keep-alive (1,740 s). */
  readonly lateDisconnect: bigint;
  /** How many sessions that ended a client keeps. Default 100; 0 for no limit. */
  readonly sessionsKept: number;
  /** How much older than the client's newest session event a session that ended may be, in ticks of 100 ns. Default 7 days; 0n for no limit. */
  readonly sessionRetention: bigint;
}

const TICKS_PER_SECOND = 10_000_000n;

export const DEFAULT_SETTINGS: FoldSettings = {
  clockSkew: 30n * TICKS_PER_SECOND,
  lateDisconnect: 3600n * TICKS_PER_SECOND,
  sessionsKept: 100,
  sessionRetention: 7n * 86_400n * TICKS_PER_SECOND,
};

/** How many connected sessions a client keeps: ten times what the service allows. */
export const CONNECTED_SESSIONS_KEPT = 1_000;

/** How many sessions a client keeps whose take-over still waits for its successor. */
export const OPEN_TAKE_OVERS_KEPT = 100;

/** A client deleted this soon after its creation yields only Deleted. */
export const COALESCED_DELETE = 5n * TICKS_PER_SECOND;
