import { type LogOptions, type LogRecord, LogStream, type LogStreamOptions, Offsets } from '@rollcall/log';
import { topicNames } from '@rollcall/schema';
import { readChange } from './changes.ts';

/** `rollcall.changes`, taken up at about its end. */
export interface FeedEnd {
  /** What comes now. */
  readonly records: AsyncGenerator<LogRecord | undefined, void, undefined>;
  /** The next offset of each partition. */
  readonly positions: ReadonlyMap<number, bigint>;
  /** Offset of the event of the last change before, in each partition that has one. */
  readonly lastEvents: ReadonlyMap<number, bigint>;
}

/** How many offsets before the end the last change is looked for at first: there are records of control between. */
const LOOK_BACK = 64n;

/** Undefined if `signal` aborts. Throws LogUnavailable. */
export async function takeUpFeed(log: LogOptions, options: Pick<LogStreamOptions, 'signal' | 'onRetry'>): Promise<FeedEnd | undefined> {
  const topic = topicNames(log.prefix).changes;
  const bounds = await askOffsets(log, (offsets) => offsets.allBounds(topic));
  for (let back = LOOK_BACK; ; back *= LOOK_BACK) {
    const starts = new Map([...bounds].map(([partition, { start, end }]) => [partition, end - back > start ? end - back : start]));
    const from = { offsets: Object.fromEntries([...starts].map(([partition, offset]) => [partition, offset.toString()])) };
    const stream = new LogStream(log, { topic, from, ...options });
    await stream.ready();
    const records = stream[Symbol.asyncIterator]();
    const lastEvents = new Map<number, bigint>();
    while ([...bounds].some(([partition, { end }]) => (stream.positions.get(partition) ?? 0n) < end)) {
      const { value: record, done } = await records.next();
      if (done) return undefined;
      if (record?.value) lastEvents.set(record.partition, BigInt(readChange(record).position.offset));
    }
    const found = [...bounds].every(([partition, { start }]) => lastEvents.has(partition) || starts.get(partition) === start);
    if (found) return { records, positions: stream.positions, lastEvents };
    await records.return();
  }
}

export async function askOffsets<T>(log: LogOptions, question: (offsets: Offsets) => Promise<T>): Promise<T> {
  const offsets = new Offsets(log);
  try {
    return await question(offsets);
  } finally {
    await offsets.close();
  }
}
