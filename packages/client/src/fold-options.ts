import { DEFAULT_SETTINGS } from '@rollcall/fold';
import { TICKS_PER_MILLISECOND } from '@rollcall/schema';
import type { ProjectionSettings } from '@rollcall/snapshots';

/** What the fold concludes by, for replays and rebuilds: the same as the projectors were given. */
export interface FoldOptions {
  /** How far two clocks of the service may disagree, in milliseconds. Default 30 s. */
  readonly clockSkew?: number | undefined;
  /** How long after a newer Connected an older connection's loss may still be found, in milliseconds. Default 1 h. */
  readonly lateDisconnect?: number | undefined;
  /** How many sessions that ended a client keeps; 0 for no limit. Default 100. */
  readonly sessionsKept?: number | undefined;
  /** How much older than the client's newest session event a session that ended may be, in milliseconds; 0 for no limit. Default 7 days. */
  readonly sessionRetention?: number | undefined;
  /** How long a client must stay away until its offline is confirmed, in milliseconds. Default 60 s. */
  readonly offlineGrace?: number | undefined;
}

const OFFLINE_GRACE = 60_000;

export function foldSettings({ offlineGrace = OFFLINE_GRACE, ...options }: FoldOptions = {}): ProjectionSettings {
  const { clockSkew, lateDisconnect, sessionsKept, sessionRetention } = DEFAULT_SETTINGS;
  return {
    clockSkew: ticks(options.clockSkew) ?? clockSkew,
    lateDisconnect: ticks(options.lateDisconnect) ?? lateDisconnect,
    sessionsKept: options.sessionsKept ?? sessionsKept,
    sessionRetention: ticks(options.sessionRetention) ?? sessionRetention,
    offlineGrace,
  };
}

function ticks(milliseconds: number | undefined): bigint | undefined {
  return milliseconds === undefined ? undefined : BigInt(Math.round(milliseconds)) * TICKS_PER_MILLISECOND;
}
