import { type Bounds, type Interval, type LogRecord, rangesOf, readRange, readRanges } from '@rollcall/log';
import { type DeadLetter, type Delivery, formatTime, type Position, parseTime, timeFromMilliseconds, topicNames } from '@rollcall/schema';
import { type Feed, type FeedOptions, LogFeed } from './feed.ts';
import { type Redelivery, type RedriveTarget, redrive, type Verdict } from './redrive.ts';

/** Which letters. */
export interface DeadLetterFilter extends Interval {
  /** Only those with this reason, such as `invalid-data`. */
  readonly reason?: string | undefined;
  /** At most so many. Default: 100 in a list, all in a redrive. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RedriveOptions extends DeadLetterFilter {
  /** These letters, whatever the filter. */
  readonly positions?: readonly Position[] | undefined;
  /** Say what would happen, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** A letter that was given to ingest's parser again. */
export interface RedrivenLetter extends Verdict {
  readonly position: Position;
}

const LIMIT = 100;
const NEVER = new AbortController().signal;

/** What could not be read: `rollcall.dead-letters`. A letter stays there for as long as the topic keeps it, redriven or not. */
export class DeadLetters {
  readonly #topic: string;

  /** @hidden */
  constructor(private readonly target: RedriveTarget) {
    this.#topic = topicNames(target.log.prefix).deadLetters;
  }

  /** Dead letters as they come. */
  follow(options: FeedOptions = {}): Feed<DeadLetter> {
    return new LogFeed(this.target.log, { topic: this.#topic, read: toDeadLetter }, options);
  }

  /** The newest that match, at most `limit` of them, in the order of their times. Throws PlaceInvalid, LogUnavailable. */
  async list({ reason, limit = LIMIT, signal = NEVER, ...interval }: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    const ranges = await rangesOf(this.target.offsets, this.#topic, interval);
    const found = await Promise.all([...ranges].map(([partition, range]) => this.#newest(partition, range, reason, limit, signal)));
    const inOrder = found.flat().sort((a, b) => a.timestamp - b.timestamp);
    return inOrder.slice(Math.max(0, inOrder.length - limit)).map(toDeadLetter);
  }

  /** The letter at this position; undefined if there is none, or no longer. Throws LogUnavailable. */
  async get(position: Position, signal: AbortSignal = NEVER): Promise<DeadLetter | undefined> {
    const record = await this.#record(position, signal);
    return record && toDeadLetter(record);
  }

  /** Gives letters to ingest's parser again, all that match, the oldest first, or at most `limit` of them, and appends the events that it admits
   *  now to `rollcall.events`. A time is held against the letter's arrival in Event Hubs, as ingest did: to wait does not make it true. Throws
   *  PlaceInvalid, LogUnavailable: the letters that have come by then are done, and to begin again is harmless. */
  async *redrive({ dryRun = false, positions, ...filter }: RedriveOptions = {}): AsyncIterable<RedrivenLetter> {
    const records = positions === undefined ? this.#oldest(filter) : this.#records(positions, filter.signal ?? NEVER);
    yield* redrive(redeliveries(records, this.#topic), this.target, dryRun);
  }

  async *#oldest({ reason, limit, signal = NEVER, ...interval }: DeadLetterFilter): AsyncIterable<LogRecord> {
    const ranges = await rangesOf(this.target.offsets, this.#topic, interval);
    let found = 0;
    for await (const record of readRanges(this.target.log, this.#topic, ranges, signal)) {
      if (found === limit) return;
      if (!matches(record, reason)) continue;
      found++;
      yield record;
    }
  }

  async *#records(positions: readonly Position[], signal: AbortSignal): AsyncIterable<LogRecord> {
    for (const position of positions) {
      const record = await this.#record(position, signal);
      if (record !== undefined) yield record;
    }
  }

  async #record({ partition, offset }: Position, signal: AbortSignal): Promise<LogRecord | undefined> {
    const from = BigInt(offset);
    const bounds = (await this.target.offsets.allBounds(this.#topic)).get(partition);
    if (bounds === undefined || from < bounds.start || from >= bounds.end) return undefined;
    for await (const [record] of readRange(this.target.log, { topic: this.#topic, partition, from, to: from + 1n }, signal)) return record;
    return undefined;
  }

  /** Read from the end in portions that grow, for what is new is near it. */
  async #newest(partition: number, { start, end }: Bounds, reason: string | undefined, limit: number, signal: AbortSignal) {
    let found: LogRecord[] = [];
    let portion = BigInt(Math.min(2 * limit, 1_000));
    for (let to = end; to > start && found.length < limit; portion *= 4n) {
      const from = to - portion > start ? to - portion : start;
      const some: LogRecord[] = [];
      for await (const records of readRange(this.target.log, { topic: this.#topic, partition, from, to }, signal)) {
        some.push(...records.filter((record) => matches(record, reason)));
      }
      found = [...some, ...found];
      to = from;
    }
    return found;
  }
}

function matches({ headers }: LogRecord, reason: string | undefined): boolean {
  return reason === undefined || headers['reason'] === reason;
}

async function* redeliveries(records: AsyncIterable<LogRecord>, topic: string): AsyncIterable<Redelivery<{ position: Position }>> {
  for await (const record of records) {
    const position = { partition: record.partition, offset: record.offset.toString() };
    yield { of: { position }, origin: `${topic}:${position.partition}:${position.offset}`, delivery: asDelivered(record) };
  }
}

/** What ingest once had in hand: an element of an array, else a whole message. Of what the projector refused, the record itself. */
function asDelivered({ value, headers, timestamp }: LogRecord): Delivery {
  return {
    body: value ?? new Uint8Array(),
    properties: headers,
    contentType: headers['content-type'],
    enqueuedTime: parseTime(headers['hub-enqueued-time'] ?? '') ?? timeFromMilliseconds(timestamp),
  };
}

function toDeadLetter({ partition, offset, timestamp, key, value, headers }: LogRecord): DeadLetter {
  const { reason = '', detail = '', ...from } = headers;
  return {
    position: { partition, offset: offset.toString() },
    time: formatTime(timeFromMilliseconds(timestamp)),
    reason,
    detail,
    ...(key !== null && { key: Buffer.from(key).toString() }),
    from,
    original: Buffer.from(value ?? []).toString('base64'),
  };
}
