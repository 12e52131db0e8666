import type { Config } from './config.ts';
import { Duration } from './duration.ts';
import { wholeNumber } from './kafka-settings.ts';

/** What the fold concludes by: the same variables for the projector and for whoever replays or rebuilds. Milliseconds. */
export const FOLD_SETTINGS = {
  CLOCK_SKEW: { type: Duration, help: 'how far two clocks of the service may disagree', default: '30s' },
  LATE_DISCONNECT: {
    type: Duration,
    help: 'how long after a newer Connected an older connection’s loss may still be found',
    default: '1h',
  },
  SESSIONS_KEPT: { type: wholeNumber(0, 1_000_000), help: 'how many sessions that ended a client keeps; 0 for no limit', default: '100' },
  SESSION_RETENTION: {
    type: Duration,
    help: 'how much older than the client’s newest session event a session that ended may be; 0 for no limit',
    default: '7d',
  },
  OFFLINE_GRACE: { type: Duration, help: 'how long a client must stay away until its offline is confirmed', default: '60s' },
} as const;

export function foldOptions(config: Config<typeof FOLD_SETTINGS>) {
  return {
    clockSkew: config.CLOCK_SKEW,
    lateDisconnect: config.LATE_DISCONNECT,
    sessionsKept: config.SESSIONS_KEPT,
    sessionRetention: config.SESSION_RETENTION,
    offlineGrace: config.OFFLINE_GRACE,
  };
}
