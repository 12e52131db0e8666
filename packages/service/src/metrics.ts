import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Between two looks at the event loop, in milliseconds. prom-client's usual 10 wake a service a hundred times a second: a third of what it took at
 *  rest. */
const EVENT_LOOP_INTERVAL = 100;

/** A registry of its own, with what Node itself measures. The `nodejs_eventloop_lag_*_seconds` are from one look to the next: 0.1 is no lag. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_INTERVAL });
  return registry;
}
