import { admit, type LogOptions, LogWriter, type NewRecord, type Offsets } from '@rollcall/log';
import {
  type Admission,
  type Delivery,
  parseJson,
  parseTime,
  type Rejection,
  type Time,
  timeFromMilliseconds,
  topicNames,
} from '@rollcall/schema';

/** What ingest's parser says now of what it was given again. */
export interface Verdict {
  /** `namespace/client` of each event that is now in the log; in a dry run, that would be. */
  readonly admitted: readonly string[];
  /** Why the rest is still refused. It stays where it is. */
  readonly refused: readonly Rejection[];
}

/** Something to be given to ingest's parser again. */
export interface Redelivery<T> {
  readonly of: T;
  /** Where it comes from, for whoever reads the log: the header `redriven`. */
  readonly origin: string;
  readonly delivery: Delivery;
}

export interface RedriveTarget {
  readonly log: LogOptions;
  readonly offsets: Offsets;
  readonly admission: Admission;
}

/** Verdicts that are shown together: their events are acknowledged before the first of them. */
const REDELIVERIES_PER_WRITE = 500;

/** Gives each to ingest's parser and appends what it admits to `rollcall.events`. Each verdict comes when its events are in the log. Doing so
 *  twice is harmless: the fold ignores what it knows. Throws LogUnavailable; what had no verdict by then may be in the log. */
export async function* redrive<T extends object>(
  redeliveries: AsyncIterable<Redelivery<T>>,
  { log, offsets, admission }: RedriveTarget,
  dryRun: boolean,
): AsyncIterable<T & Verdict> {
  const topics = topicNames(log.prefix);
  const partitions = (await offsets.allBounds(topics.events)).size;
  const writer = new LogWriter(log);
  try {
    for await (const some of portions(redeliveries)) {
      const routed = some.map((redelivery) => judge(redelivery, { topics, partitions, admission }));
      if (!dryRun) await writer.append(routed.flatMap(({ records }) => records));
      yield* routed.map(({ verdict }) => verdict);
    }
  } finally {
    await writer.close();
  }
}

/** Gives events that Event Grid could not deliver to ingest's parser: a verdict for each, in their order. Throws as `redrive`. */
export function redriveEvents(
  events: readonly string[],
  { origin, dryRun = false }: { readonly origin: string; readonly dryRun?: boolean | undefined },
  target: RedriveTarget,
): AsyncIterable<Verdict> {
  async function* redeliveries() {
    for (const event of events) yield { of: {}, origin, delivery: eventGridDelivery(event) };
  }
  return redrive(redeliveries(), target, dryRun);
}

/** An event of a blob in which Event Grid keeps what it could not deliver: a CloudEvent with attributes added that say why. Its arrival is
 *  when Event Grid took it in (`publishtime`), else now. */
function eventGridDelivery(event: string): Delivery {
  return {
    body: Buffer.from(event),
    properties: {},
    contentType: 'application/cloudevents+json',
    enqueuedTime: publishTime(event) ?? timeFromMilliseconds(Date.now()),
  };
}

function publishTime(event: string): Time | undefined {
  try {
    const { publishtime } = parseJson(event) as { publishtime?: unknown };
    return typeof publishtime === 'string' ? parseTime(publishtime) : undefined;
  } catch {
    return undefined;
  }
}

function judge<T extends object>(
  { of, origin, delivery }: Redelivery<T>,
  routing: Parameters<typeof admit>[1],
): { records: NewRecord[]; verdict: T & Verdict } {
  const events = admit(delivery, routing);
  const records = events.flatMap((event) => (event.ok ? [event.record] : []));
  const refused = events.flatMap((event) => (event.ok ? [] : [{ reason: event.reason, detail: event.detail }]));
  return {
    records: records.map((record) => ({ ...record, headers: { ...record.headers, redriven: origin } })),
    verdict: { ...of, admitted: records.map(({ key }) => key), refused },
  };
}

async function* portions<T>(items: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  let some: T[] = [];
  for await (const item of items) {
    some.push(item);
    if (some.length < REDELIVERIES_PER_WRITE) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}
