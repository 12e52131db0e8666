import { z } from 'zod';
import type { Config } from './config.ts';
import { Duration } from './duration.ts';
import { wholeNumber } from './kafka-settings.ts';

/** `/subscriptions/…/namespaces/east=east,…`: the paths in lower case, each to its name. */
const Sources = z.string().transform((list, context) => {
  const sources = new Map<string, string>();
  for (const entry of list.split(',').map((text) => text.trim())) {
    const at = entry.lastIndexOf('=');
    if (at < 1 || at === entry.length - 1) {
      context.addIssue({ code: 'custom', message: 'expected source=name, separated by commas' });
      return z.NEVER;
    }
    sources.set(entry.slice(0, at).toLowerCase(), entry.slice(at + 1));
  }
  return sources;
});

/** What is let into the log: the same variables for ingest and for whoever redrives what it refused. */
export const ADMISSION_SETTINGS = {
  SOURCES: {
    type: Sources,
    help: 'source=name, separated by commas: admit only these sources, each as the namespace of its name',
    optional: true,
  },
  MAX_CLOCK_AHEAD: { type: Duration, help: 'how far a time in an event may lie ahead of its arrival in Event Hubs', default: '5min' },
  MAX_EVENT_BYTES: { type: wholeNumber(1_000, 1_900_000), help: 'longest event in bytes', default: '1000000' },
} as const;

/** What the parser of packages/schema admits, by these settings. */
export function admission({ MAX_EVENT_BYTES, MAX_CLOCK_AHEAD, SOURCES }: Config<typeof ADMISSION_SETTINGS>) {
  return { maxEventBytes: MAX_EVENT_BYTES, maxClockAhead: MAX_CLOCK_AHEAD, sources: SOURCES ?? new Map<string, string>() };
}
