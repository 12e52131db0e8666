import { DEFAULT_SETTINGS } from '@rollcall/fold';
import { TICKS_PER_MILLISECOND } from '@rollcall/schema';
import type { ProjectionSettings } from '@rollcall/snapshots';

/** What the fold concludes by, for replays and rebuilds: the same as the projectors were given. */
export interface FoldOptions {
  /** How far two clocks of the service may disagree, in milliseconds. Default 30 s. */
  readonly clockSkew?: number | undefined;
  /** How long after a newer Connected an older connection's loss may still be found, in milliseconds. Default 1 h. */
  readonly lateDisconnect?: number | undefined;
  /** How long a client must stay away until its offline is confirmed, in milliseconds. Default 60 s. */
  readonly offlineGrace?: number | undefined;
}

const OFFLINE_GRACE = 60_000;

export function foldSettings({ clockSkew, lateDisconnect, offlineGrace = OFFLINE_GRACE }: FoldOptions = {}): ProjectionSettings {
  return {
    clockSkew: clockSkew === undefined ? DEFAULT_SETTINGS.clockSkew : ticks(clockSkew),
    lateDisconnect: lateDisconnect === undefined ? DEFAULT_SETTINGS.lateDisconnect : ticks(lateDisconnect),
    offlineGrace,
  };
}

function ticks(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * TICKS_PER_MILLISECOND;
}
