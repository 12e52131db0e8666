import type { Setting } from './config.ts';
import { Duration } from './duration.ts';
import { wholeNumber } from './kafka-settings.ts';

/** What the first generation of the snapshots is folded by; others by what a rebuild is told. Milliseconds. */
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

/** The same where each may be absent: what a rebuild is to change. */
export const FOLD_CHANGES = {
  CLOCK_SKEW: changeOf(FOLD_SETTINGS.CLOCK_SKEW),
  LATE_DISCONNECT: changeOf(FOLD_SETTINGS.LATE_DISCONNECT),
  SESSIONS_KEPT: changeOf(FOLD_SETTINGS.SESSIONS_KEPT),
  SESSION_RETENTION: changeOf(FOLD_SETTINGS.SESSION_RETENTION),
  OFFLINE_GRACE: changeOf(FOLD_SETTINGS.OFFLINE_GRACE),
} as const;

function changeOf<T>({ type, help }: Setting<T>) {
  return { type, help, optional: true } as const;
}

/** `N`: number, or undefined too where each may be absent. */
export function foldOptions<N extends number | undefined>(config: Readonly<Record<keyof typeof FOLD_SETTINGS, N>>) {
  return {
    clockSkew: config.CLOCK_SKEW,
    lateDisconnect: config.LATE_DISCONNECT,
    sessionsKept: config.SESSIONS_KEPT,
    sessionRetention: config.SESSION_RETENTION,
    offlineGrace: config.OFFLINE_GRACE,
  };
}
