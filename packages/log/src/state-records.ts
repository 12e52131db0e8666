import { FOLD_VERSION, FoldVersionDiffers, parseJson, StateRecord } from '@rollcall/schema';
import type { Offsets } from './offsets.ts';
import type { LogOptions } from './options.ts';
import { readRange } from './read-range.ts';

/** One record of `rollcall.state`: what is remembered of a client. */
export type LoggedState = StateRecord & {
  readonly key: string;
  /** When it was written, in milliseconds since 1970. */
  readonly timestamp: number;
};

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
      const data = parseJson(Buffer.from(value).toString()) as { readonly foldVersion?: unknown };
      const foldVersion = Number(data.foldVersion);
      if (foldVersion > FOLD_VERSION) throw new FoldVersionDiffers(topic, foldVersion);
      yield { ...StateRecord.parse(data), key: Buffer.from(key).toString(), timestamp };
    }
  }
}
