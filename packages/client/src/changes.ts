import type { LogOptions, LogRecord } from '@rollcall/log';
import { type Change, type ChangeKind, clientKey, encodeName, type Position, parseJson, topicNames } from '@rollcall/schema';
import { type Feed, type FeedOptions, LogFeed } from './feed.ts';

/** All clients, those of a namespace, or one of its clients. */
export type WhichClients =
  | { readonly namespace?: undefined; readonly client?: undefined }
  | { readonly namespace: string; readonly client?: string | undefined };

/** Which changes, and from where. */
export type ChangesOptions = FeedOptions &
  WhichClients & {
    /** Only changes of at least one of these kinds. Default: all, those included that have none. */
    readonly kinds?: readonly ChangeKind[] | undefined;
  };

/** A change as it was delivered. */
export interface FeedChange extends Change {
  /** Where it stands in `rollcall.changes`; `position` is that of the event which caused it. */
  readonly place: Position;
}

/** Each change once, a client's in order. Keys decide before anything is parsed; one client's partition is the only one read. */
export function changesFeed(log: LogOptions, { kinds, namespace, client, ...options }: ChangesOptions): Feed<FeedChange> {
  const isWanted = keyFilter(namespace, client);
  const read = (record: LogRecord) => {
    if (record.value === null || record.key === null || !isWanted(Buffer.from(record.key).toString())) return undefined;
    const change = readChange(record);
    return kinds === undefined || change.kinds.some((kind) => kinds.includes(kind)) ? change : undefined;
  };
  const key = namespace === undefined || client === undefined ? undefined : clientKey(namespace, client);
  return new LogFeed(log, { topic: topicNames(log.prefix).changes, key, read }, options);
}

export function keyFilter(namespace: string | undefined, client: string | undefined): (key: string) => boolean {
  if (namespace === undefined) return () => true;
  if (client === undefined) return (key) => key.startsWith(`${encodeName(namespace)}/`);
  const wanted = clientKey(namespace, client);
  return (key) => key === wanted;
}

export function readChange({ partition, offset, value }: LogRecord): FeedChange {
  const change = parseJson(Buffer.from(value ?? []).toString()) as Change;
  return { place: { partition, offset: offset.toString() }, ...change };
}
