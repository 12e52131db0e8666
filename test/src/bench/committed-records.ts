import { type LogRecord, Offsets, readRanges } from '@rollcall/log';
import { logAt } from './log-of-events.ts';

/** What a reader of committed records sees of a topic, from its first record to its present end. */
export async function* committedRecords(kafkaBrokers: string, topic: string): AsyncIterable<LogRecord> {
  const log = logAt(kafkaBrokers);
  const offsets = new Offsets(log);
  try {
    yield* readRanges(log, topic, await offsets.allBounds(topic), new AbortController().signal);
  } finally {
    await offsets.close();
  }
}
