import { admit, type LogOptions, LogWriter, type NewRecord, type Offsets } from '@rollcall/log';
import {
  type Admission,
  type Delivery,
  parseJson,
  parseTime,
  type Rejection,
  readLooseTime,
  type Time,
  timeFromMilliseconds,
  topicNames,
} from '@rollcall/schema';
import { registrationOf } from './registrations.ts';

/** What ingest's parser says now of what it was given again. */
export interface Verdict {
  /** `namespace/client` of each event that is now in the log; in a dry run, that would be. */
  readonly admitted: readonly string[];
  /** Why the rest is still refused. It stays where it is. */
  readonly refused: readonly Rejection[];
}

/** Something to be given to ingest's parser again, or what nothing can be given of. */
export type Redelivery<T> =
  | {
      readonly of: T;
      /** Where it comes from, for whoever reads the log: the header `redriven`. */
      readonly origin: string;
      readonly delivery: Delivery;
    }
  | { readonly of: T; readonly refused: Rejection };

export interface RedriveTarget {
  readonly log: LogOptions;
  readonly offsets: Offsets;
  readonly admission: Admission;
}

/** Where clients are imported from and to. */
export interface ImportOptions {
  /** Where the resources are from, such as the name of a file. */
  readonly origin: string;
  /** The namespace of all of them. Default: that of each resource's id; where sources have names, the name of its source. */
  readonly namespace?: string | undefined;
  /** Say what would happen, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
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

/** Registers client resources of Azure Resource Manager, each as of its last change: a verdict for each, in their order. Throws as `redrive`. */
export function importClients(
  resources: readonly unknown[],
  { origin, namespace, dryRun = false }: ImportOptions,
  target: RedriveTarget,
): AsyncIterable<Verdict> {
  async function* redeliveries(): AsyncIterable<Redelivery<object>> {
    for (const resource of resources) {
      const registration = registrationOf(resource, namespace);
      yield registration.ok
        ? { of: {}, origin, delivery: eventGridDelivery(registration.event) }
        : { of: {}, refused: registration.rejection };
    }
  }
  // A namespace that was named goes before the names of sources.
  const admission = namespace === undefined ? target.admission : { ...target.admission, sources: new Map<string, string>() };
  return redrive(redeliveries(), { ...target, admission }, dryRun);
}

/** An event of a blob in which Event Grid keeps what it could not deliver: as its subscription has it, with fields added that say why. Its
 *  arrival is when Event Grid took it in (`publishtime`, in the Event Grid schema `publishTime`), else now. */
function eventGridDelivery(event: string): Delivery {
  return {
    body: Buffer.from(event),
    properties: {},
    contentType: 'application/cloudevents+json',
    enqueuedTime: publishedAt(event) ?? timeFromMilliseconds(Date.now()),
  };
}

function publishedAt(event: string): Time | undefined {
  try {
    const { publishtime, publishTime = publishtime } = parseJson(event) as { publishtime?: unknown; publishTime?: unknown };
    return parseTime(readLooseTime(publishTime) ?? '');
  } catch {
    return undefined;
  }
}

function judge<T extends object>(
  redelivery: Redelivery<T>,
  routing: Parameters<typeof admit>[1],
): { records: NewRecord[]; verdict: T & Verdict } {
  if ('refused' in redelivery) return { records: [], verdict: { ...redelivery.of, admitted: [], refused: [redelivery.refused] } };
  const { of, origin, delivery } = redelivery;
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
