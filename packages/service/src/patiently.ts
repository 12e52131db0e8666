import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import type { Readiness } from './readiness.ts';

const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;

export interface Patience {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Shows `doing` as an obstacle while it waits. */
  readonly readiness: Readiness;
  /** False for what time cannot mend. */
  readonly isPassing: (error: unknown) => boolean;
}

/** Does `task` until it succeeds, waiting longer each time up to 5 s; says once that it waits and once that it goes on.
 *  Throws what `task` throws where it is not passing, or when `signal` aborts. */
export async function patiently<T>(doing: string, task: () => Promise<T>, patience: Patience): Promise<T> {
  const { logger, signal, readiness, isPassing } = patience;
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await task();
      if (attempt > 0) logger.info({ doing }, 'going on');
      readiness.clear(`cannot ${doing}`);
      return result;
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
      if (attempt === 0) logger.warn({ doing, error: String(error) }, 'waiting');
      readiness.block(`cannot ${doing}`);
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

/** What says of itself that it will not: a wrong setting, topics of another shape. A person must act. */
export function isFinal(error: unknown): boolean {
  return (error as { retryable?: unknown } | undefined)?.retryable === false;
}
