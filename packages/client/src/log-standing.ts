import { type Bounds, type LogOptions, type LogRecord, type Offsets, readRanges } from '@rollcall/log';
import { topicNames } from '@rollcall/schema';
import type { DeadLetters } from './dead-letters.ts';
import type { Status } from './status.ts';

/** Whom to ask about the topics. */
export interface LogSources {
  readonly log: LogOptions;
  readonly offsets: Offsets;
  readonly deadLetters: DeadLetters;
  /** Of the projectors. */
  readonly consumerGroup: string;
}

/** How far the topics and their consumers are, by partition. */
export interface LogStanding {
  readonly bounds: ReadonlyMap<number, Bounds>;
  readonly committed: ReadonlyMap<number, bigint>;
  /** The newest event. */
  readonly newest: ReadonlyMap<number, LogRecord>;
  /** Milliseconds that the newest event took from Event Hubs; undefined if none is among the newest. */
  readonly arrival: number | undefined;
  readonly deadLetters: NonNullable<Status['deadLetters']>;
}

/** Events that are read from the end of a partition, for among them are the projectors' own, and redriven ones. */
const LAST_EVENTS = 20n;

/** Throws LogUnavailable. */
export async function logStanding({ log, offsets, deadLetters, consumerGroup }: LogSources): Promise<LogStanding> {
  const topics = topicNames(log.prefix);
  const bounds = await offsets.allBounds(topics.events);
  const newest = new Map<number, LogRecord>();
  let arrived: LogRecord | undefined;
  for await (const record of readRanges(log, topics.events, ends(bounds), new AbortController().signal)) {
    newest.set(record.partition, record);
    if (isArrival(record)) arrived = record;
  }
  const letters = await offsets.allBounds(topics.deadLetters);
  const [last] = await deadLetters.list({ limit: 1 });
  return {
    bounds,
    committed: await offsets.allCommitted(consumerGroup, topics.events),
    newest,
    arrival: arrived && Math.max(0, arrived.timestamp - Date.parse(arrived.headers['hub-enqueued-time'] ?? '')),
    deadLetters: {
      count: [...letters.values()].reduce((count, { start, end }) => count + Number(end - start), 0),
      ...(last && { last: { position: last.position, time: last.time, reason: last.reason } }),
    },
  };
}

function ends(bounds: ReadonlyMap<number, Bounds>): Map<number, Bounds> {
  return new Map(
    [...bounds].map(([partition, { start, end }]) => [partition, { start: end - LAST_EVENTS > start ? end - LAST_EVENTS : start, end }]),
  );
}

function isArrival({ headers }: LogRecord): boolean {
  return headers['hub-enqueued-time'] !== undefined && headers['redriven'] === undefined;
}
