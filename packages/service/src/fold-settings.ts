import { Duration } from './duration.ts';

/** What the fold concludes by: the same variables for the projector and for whoever replays or rebuilds. Milliseconds. */
export const FOLD_SETTINGS = {
  CLOCK_SKEW: { type: Duration, help: 'how far two clocks of the service may disagree', default: '30s' },
  LATE_DISCONNECT: {
    type: Duration,
    help: 'how long after a newer Connected an older connection’s loss may still be found',
    default: '1h',
  },
} as const;
