import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';
import type { Readiness } from './readiness.ts';
import { Seldom } from './seldom.ts';

const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;
/** How long a task may take before it counts as an obstacle: the other side is silent rather than gone. */
const SILENT_AFTER = 10_000;

export interface Patience {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Shows `doing`, and why it does not succeed, as an obstacle while it waits. */
  readonly readiness: Readiness;
  /** False for what time cannot mend. */
  readonly isPassing: (error: unknown) => boolean;
}

/** Does `task` until it succeeds, waiting longer each time up to 5 s. Says when it begins to wait, once a minute while it does, and when it goes on.
 *  Throws what `task` throws where it is not passing, or when `signal` aborts. */
export async function patiently<T>(doing: string, task: () => Promise<T>, patience: Patience): Promise<T> {
  const { logger, signal, readiness, isPassing } = patience;
  const seldom = new Seldom();
  const obstacle = {};
  const wait = (why: string, kind: string) => {
    if (seldom.isDue(kind)) logger.warn({ doing, error: why }, 'waiting');
    readiness.block(`cannot ${doing}: ${why}`, obstacle);
  };
  try {
    for (let attempt = 0; ; attempt++) {
      const silent = setTimeout(() => wait(NO_ANSWER, 'silence'), SILENT_AFTER);
      try {
        const result = await task().finally(() => clearTimeout(silent));
        if (attempt > 0) logger.info({ doing }, 'going on');
        return result;
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        wait(describeError(error), 'error');
        await sleep(Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT), undefined, { signal }).catch(() => {
          throw error;
        });
      }
    }
  } finally {
    readiness.clear(obstacle);
  }
}

const NO_ANSWER = `no answer for ${SILENT_AFTER / 1_000} s`;

/** What says of itself that the same call may succeed later. */
export function isRetryable(error: unknown): boolean {
  return (error as { retryable?: unknown } | undefined)?.retryable === true;
}

/** What says of itself that it will not: a wrong setting, topics of another shape. A person must act. */
export function isFinal(error: unknown): boolean {
  return (error as { retryable?: unknown } | undefined)?.retryable === false;
}
