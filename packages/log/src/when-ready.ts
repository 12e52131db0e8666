import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing, LogUnavailable } from './errors.ts';

/** Until the brokers know of a new leader, coordinator or topic: how often it is tried again, and after how many milliseconds. */
const ATTEMPTS = 10;
const WAIT = 200;

/** Tries again while Kafka answers that it is not ready yet. `attempt` throws LogUnavailable, and leaves nothing open. */
export async function whenReady<T>(attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures === ATTEMPTS || !(error instanceof LogUnavailable && isPassing(error))) throw error;
      await sleep(WAIT);
    }
  }
}
