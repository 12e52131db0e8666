import type { Log } from './history.ts';
import type { Faults } from './state.ts';

/** How much is explored: the log, and how often each counted fault may strike. */
export interface Bound {
  readonly name: string;
  readonly log: Log;
  readonly faults: Faults;
}

const THREE_EVENTS: Log = [{ client: 0 }, { client: 1 }, { client: 0 }];
const LAST_ONE_IGNORED: Log = [{ client: 0 }, { client: 1 }, { client: 0, ignored: true }];

export const REDIS_LOSES: Bound = {
  name: 'Redis emptied once, rolled back once; 3 events',
  log: THREE_EVENTS,
  faults: { emptied: 1, rolledBack: 1, logCut: 0, offsetLost: 0 },
};

export const KAFKA_LOSES: Bound = {
  name: 'log cut once, group offset lost once, Redis emptied once; 3 events, the last ignored',
  log: LAST_ONE_IGNORED,
  faults: { emptied: 1, rolledBack: 0, logCut: 1, offsetLost: 1 },
};

export const REDIS_EMPTIED: Bound = {
  name: 'Redis emptied once; 3 events',
  log: THREE_EVENTS,
  faults: { emptied: 1, rolledBack: 0, logCut: 0, offsetLost: 0 },
};

/** Minutes, not seconds. */
export const LARGER: readonly Bound[] = [
  {
    name: 'every fault once; 3 events, the last ignored',
    log: LAST_ONE_IGNORED,
    faults: { emptied: 1, rolledBack: 1, logCut: 1, offsetLost: 1 },
  },
  {
    name: 'Redis emptied twice, rolled back once; 3 events',
    log: THREE_EVENTS,
    faults: { emptied: 2, rolledBack: 1, logCut: 0, offsetLost: 0 },
  },
  {
    name: 'Redis rolled back once; 4 events',
    log: [...THREE_EVENTS, { client: 1 }],
    faults: { emptied: 0, rolledBack: 1, logCut: 0, offsetLost: 0 },
  },
];
