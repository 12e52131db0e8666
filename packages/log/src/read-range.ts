import { BatchReader } from './batch-reader.ts';
import type { LogOptions } from './options.ts';
import type { LogRecord } from './record.ts';
import { whenReady } from './when-ready.ts';

/** Reads the committed records of one partition with offsets from `from` up to, but not including, `to`; then ends. Throws LogUnavailable. */
export async function* readRange(
  log: LogOptions,
  { topic, partition, from, to }: { readonly topic: string; readonly partition: number; readonly from: bigint; readonly to: bigint },
  signal: AbortSignal,
): AsyncIterable<readonly LogRecord[]> {
  if (from >= to) return;
  const reader = await whenReady(async () => {
    const opened = new BatchReader(log, { topic, positions: new Map([[partition, from]]), signal });
    try {
      await opened.open();
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  });
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
