/** A terminal and npm both pass on the same Ctrl-C: what follows this soon, in ms, is no second request. */
const SAME_REQUEST = 500;

const PARENT_CHECK = 250;

/** Aborts `stop` when the stack is asked to stop, and `stopNow` when it is asked again. */
export function stopRequests(): { stop: AbortSignal; stopNow: AbortSignal } {
  const stop = new AbortController();
  const stopNow = new AbortController();
  let firstAt = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!stop.signal.aborted) firstAt = Date.now();
      else if (Date.now() - firstAt > SAME_REQUEST) stopNow.abort();
      stop.abort();
    });
  }
  if (process.env['npm_lifecycle_event'] === 'start') stopWithParent(stop);
  return { stop: stop.signal, stopNow: stopNow.signal };
}

/** An `npm start` that is killed cannot tell us: it is noticed by the parent that changes. */
function stopWithParent(stop: AbortController): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop.abort();
  }, PARENT_CHECK).unref();
}
