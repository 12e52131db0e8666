import { inMilliseconds, ofMilliseconds, type ProjectionSettings, type SettingsInMilliseconds } from '@rollcall/snapshots';

/** What a generation is folded by from its beginning on. Default, each: as the one in use.
 *
 *  - `clockSkew`: how far two clocks of the service may disagree, in milliseconds
 *  - `lateDisconnect`: how long after a newer Connected an older connection's loss may still be found, in milliseconds
 *  - `sessionsKept`: how many sessions that ended a client keeps; 0 for no limit
 *  - `sessionRetention`: how much older than the client's newest session event a session that ended may be, in milliseconds; 0 for no limit
 *  - `offlineGrace`: how long a client must stay away until its offline is confirmed, in milliseconds */
export type FoldOptions = { readonly [K in keyof SettingsInMilliseconds]?: number | undefined };

/** Settings with some of them changed. */
export function changed(settings: ProjectionSettings, { ...options }: FoldOptions): ProjectionSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return ofMilliseconds({ ...inMilliseconds(settings), ...Object.fromEntries(given) });
}
