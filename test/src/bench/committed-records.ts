import { type LogRecord, Offsets, readRanges } from '@rollcall/log';
import { logAt } from './log-of-events.ts';

/** What a reader of committed records sees of a topic, from its first record to the last that is appended by now. Waits for transactions
 *  that are decided but not marked yet: whoever committed them knows that they are, before any reader does. */
export async function* committedRecords(kafkaBrokers: string, topic: string): AsyncIterable<LogRecord> {
  const log = logAt(kafkaBrokers);
  const offsets = new Offsets(log);
  try {
    const bounds = await offsets.allBounds(topic);
    const ends = await offsets.appended(topic);
    const whole = new Map([...bounds].map(([partition, { start, end }]) => [partition, { start, end: ends.get(partition) ?? end }]));
    yield* readRanges(log, topic, whole, new AbortController().signal);
  } finally {
    await offsets.close();
  }
}
