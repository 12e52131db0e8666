import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;

/** Does `task` until it succeeds, waiting longer each time up to 5 s; says once that it waits and once that it goes on.
 *  Throws what `task` throws where `isPassing` says that time cannot mend it, and at once when `signal` aborts. */
export async function patiently<T>(
  doing: string,
  task: () => Promise<T>,
  { logger, signal, isPassing }: { logger: Logger; signal: AbortSignal; isPassing: (error: unknown) => boolean },
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await task();
      if (attempt > 0) logger.info({ doing }, 'going on');
      return result;
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
      if (attempt === 0) logger.warn({ doing, error: String(error) }, 'waiting');
      await sleep(Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

/** What says of itself that the same call may succeed later. */
export function isRetryable(error: unknown): boolean {
  return (error as { retryable?: unknown } | undefined)?.retryable === true;
}
