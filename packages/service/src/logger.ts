import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on standard output: a constant message plus fields. Never give it a payload, an attribute value or a secret. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
