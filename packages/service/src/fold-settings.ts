import type { Config } from './config.ts';
import { Duration } from './duration.ts';

/** What the fold concludes by: the same variables for the projector and for whoever replays or rebuilds. Milliseconds. */
export const FOLD_SETTINGS = {
  CLOCK_SKEW: { type: Duration, help: 'how far two clocks of the service may disagree', default: '30s' },
  LATE_DISCONNECT: {
    type: Duration,
    help: 'how long after a newer Connected an older connection’s loss may still be found',
    default: '1h',
  },
  OFFLINE_GRACE: { type: Duration, help: 'how long a client must stay away until its offline is confirmed', default: '60s' },
} as const;

export function foldOptions({ CLOCK_SKEW, LATE_DISCONNECT, OFFLINE_GRACE }: Config<typeof FOLD_SETTINGS>) {
  return { clockSkew: CLOCK_SKEW, lateDisconnect: LATE_DISCONNECT, offlineGrace: OFFLINE_GRACE };
}
