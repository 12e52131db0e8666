import { streamBatches } from './batch-stream.ts';
import type { LogOptions } from './options.ts';
import type { LogRecord } from './record.ts';

/** Follows a topic, committed records only, until `signal` aborts. No offset is ever committed. Throws LogUnavailable. */
export async function* tail(log: LogOptions, topic: string, from: 'latest' | 'earliest', signal: AbortSignal): AsyncIterable<LogRecord> {
  for await (const { records } of streamBatches(log, { topic, from, signal })) yield* records;
}

/** Reads the committed records of one partition with offsets from `from` up to, but not including, `to`; then ends. Throws LogUnavailable. */
export async function* readRange(
  log: LogOptions,
  { topic, partition, from, to }: { readonly topic: string; readonly partition: number; readonly from: bigint; readonly to: bigint },
  signal: AbortSignal,
): AsyncIterable<readonly LogRecord[]> {
  if (from >= to) return;
  for await (const { records, next } of streamBatches(log, { topic, partition, from, signal })) {
    // A seek takes effect with the next fetch: what was fetched before it may come first.
    const wanted = records.filter(({ offset }) => offset >= from && offset < to);
    if (wanted.length > 0) yield wanted;
    if (next >= to) return;
  }
  throw signal.reason;
}
