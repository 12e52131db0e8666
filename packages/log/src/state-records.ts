import { FoldVersionDiffers, parseJson, readsMemoryOf, StateRecord } from '@rollcall/schema';
import type { Offsets } from './offsets.ts';
import type { LogOptions } from './options.ts';
import { readRange } from './read-range.ts';

/** One record of `rollcall.state`: what is remembered of a client. */
export interface LoggedState extends StateRecord {
  readonly key: string;
  /** When it was written, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** One partition of `rollcall.state` from its start to its end as of now. A client may come several times: the last one holds.
 *  Throws FoldVersionDiffers at a record of a later version, LogUnavailable. */
export async function* stateRecords(
  log: LogOptions,
  offsets: Offsets,
  topic: string,
  partition: number,
  signal: AbortSignal,
): AsyncIterable<LoggedState> {
  const { start, end } = await offsets.bounds(topic, partition);
  for await (const records of readRange(log, { topic, partition, from: start, to: end }, signal)) {
    for (const { key, value, timestamp } of records) {
      if (value === null || key === null) continue;
      const record = StateRecord.parse(parseJson(Buffer.from(value).toString()));
      if (!readsMemoryOf(record.foldVersion)) throw new FoldVersionDiffers(topic, record.foldVersion);
      yield { ...record, key: Buffer.from(key).toString(), timestamp };
    }
  }
}
