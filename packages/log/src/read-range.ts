import { setTimeout as sleep } from 'node:timers/promises';
import { BatchReader, type BatchReaderOptions } from './batch-reader.ts';
import { isPassing, LogUnavailable } from './errors.ts';
import type { LogOptions } from './options.ts';
import type { LogRecord } from './record.ts';

/** How often it tries again where Kafka answers that it is not ready, and after how many milliseconds. */
const ATTEMPTS = 10;
const WAIT = 200;

/** Reads the committed records of one partition with offsets from `from` up to, but not including, `to`; then ends. Throws LogUnavailable. */
export async function* readRange(
  log: LogOptions,
  { topic, partition, from, to }: { readonly topic: string; readonly partition: number; readonly from: bigint; readonly to: bigint },
  signal: AbortSignal,
): AsyncIterable<readonly LogRecord[]> {
  if (from >= to) return;
  const reader = await openReader(log, { topic, positions: new Map([[partition, from]]), signal });
  try {
    for await (const { records, next } of reader.batches()) {
      const wanted = next <= to ? records : records.filter(({ offset }) => offset < to);
      if (wanted.length > 0) yield wanted;
      if (next >= to) return;
    }
  } finally {
    await reader.close();
  }
  throw signal.reason;
}

/** A reader that reads. A coordinator that has only just started is waited for. */
async function openReader(log: LogOptions, options: BatchReaderOptions): Promise<BatchReader> {
  for (let attempt = 0; ; attempt++) {
    const reader = new BatchReader(log, options);
    try {
      await reader.open();
      return reader;
    } catch (error) {
      await reader.close();
      if (attempt === ATTEMPTS || !(error instanceof LogUnavailable && isPassing(error.cause))) throw error;
      await sleep(WAIT);
    }
  }
}
