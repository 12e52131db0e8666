import type { Logger } from './logger.ts';
import type { Readiness } from './readiness.ts';
import { Seldom } from './seldom.ts';

const LOOKED_AT_EVERY = 1_000;

/** Logs when the process becomes ready, and when it is not any more, with what is in the way: the same at most once a minute. */
export function logReadiness(readiness: Readiness, logger: Logger, signal: AbortSignal): void {
  const seldom = new Seldom();
  let wasReady = false;
  const look = () => {
    const { obstacles } = readiness;
    const isReady = obstacles.length === 0;
    if (isReady && !wasReady) logger.info('ready');
    if (!isReady && seldom.isDue(obstacles.join('\n'))) logger.warn({ obstacles }, 'not ready');
    wasReady = isReady;
  };
  const timer = setInterval(look, LOOKED_AT_EVERY);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
