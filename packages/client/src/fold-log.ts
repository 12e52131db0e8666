import type { FoldSettings } from '@rollcall/fold';
import { type Bounds, type LogOptions, type LogRecord, type Offsets, readRanges } from '@rollcall/log';
import { topicNames } from '@rollcall/schema';
import type { ClientSelection } from './client-selection.ts';
import { PastClients, type PastEvent } from './past-clients.ts';
import { type Progress, ProgressCounter } from './progress.ts';

/** Where a replay reads, and how it folds. */
export interface ReplaySource {
  readonly log: LogOptions;
  readonly offsets: Offsets;
  /** What the projectors fold by. */
  readonly settings: () => Promise<FoldSettings>;
}

/** What may be asked of any replay. */
export interface ReplayControl {
  /** Called now and then. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Ends it: it throws the signal's reason, for what it has come to is not what was asked for. */
  readonly signal?: AbortSignal | undefined;
}

/** An event, and the clients of its partition as it left them. */
export interface LogStep {
  readonly event: PastEvent<LogRecord>;
  readonly clients: PastClients;
}

/** What of a partition is folded: all that is kept below `to`, and given from `from` on. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
  /** Where the log was cut, its clients begin with what `rollcall.state` has of them below this offset, ... */
  readonly before: bigint;
  /** ... written by this time, in milliseconds since 1970. */
  readonly until: number;
}

const NEVER = new AbortController().signal;

/** Folds the log from as far back as it goes, by partition, and gives the events of each span in the order of their log times. What the
 *  clients of each partition have come to is in `clients`. Throws LogUnavailable, RedisUnavailable. */
export async function* foldLog(
  { log, offsets, settings }: ReplaySource,
  selection: ClientSelection,
  spans: ReadonlyMap<number, Span>,
  { onProgress = () => {}, signal = NEVER }: ReplayControl,
  clients = new Map<number, PastClients>(),
): AsyncIterable<LogStep> {
  const topics = topicNames(log.prefix);
  const by = await settings();
  const [kept, table] = [await offsets.allBounds(topics.events), await offsets.allBounds(topics.state)];
  const events = new Map<number, Bounds>();
  const states = new Map<number, Bounds>();
  for (const [partition, { to }] of spans) {
    clients.set(partition, new PastClients(by));
    const { start, end } = kept.get(partition) ?? EMPTY;
    // The first event that is kept tells from when on the log knows.
    events.set(partition, { start, end: to > start || start === end ? to : start + 1n });
    if (start > 0n) states.set(partition, table.get(partition) ?? EMPTY);
  }
  const progress = new ProgressCounter([states, events], onProgress);

  for await (const record of progress.over(readRanges(log, topics.state, states, signal), states)) {
    const span = spans.get(record.partition);
    if (span !== undefined && selection.has(record.key)) clients.get(record.partition)?.begin(record, span);
  }
  for await (const record of progress.over(readRanges(log, topics.events, events, signal), events)) {
    const [span, theirs] = [spans.get(record.partition), clients.get(record.partition)];
    if (span === undefined || theirs === undefined) continue;
    theirs.knownFrom ??= record.timestamp;
    if (record.offset >= span.to || !selection.has(record.key)) continue;
    const event = theirs.fold(record);
    if (event !== undefined && record.offset >= span.from) yield { event, clients: theirs };
  }
}

const EMPTY: Bounds = { start: 0n, end: 0n };
