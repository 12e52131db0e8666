import { inMilliseconds, ofMilliseconds, type ProjectionSettings } from '@rollcall/snapshots';

/** What a generation is folded by from its beginning on. Default, each: as the one in use. */
export interface FoldOptions {
  /** How far two clocks of the service may disagree, in milliseconds. */
  readonly clockSkew?: number | undefined;
  /** How long after a newer Connected an older connection's loss may still be found, in milliseconds. */
  readonly lateDisconnect?: number | undefined;
  /** How many sessions that ended a client keeps; 0 for no limit. */
  readonly sessionsKept?: number | undefined;
  /** How much older than the client's newest session event a session that ended may be, in milliseconds; 0 for no limit. */
  readonly sessionRetention?: number | undefined;
  /** How long a client must stay away until its offline is confirmed, in milliseconds. */
  readonly offlineGrace?: number | undefined;
}

/** Settings with some of them changed. */
export function changed(settings: ProjectionSettings, { ...options }: FoldOptions): ProjectionSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return ofMilliseconds({ ...inMilliseconds(settings), ...Object.fromEntries(given) });
}
