/** What the clients did: the events of one partition, in log order. A snapshot is the set of the events folded into it, as a bit per
 *  offset, so that a lost, an early and a foreign event each show; a client's position is the highest of them. */

export type ClientId = 0 | 1;
export const CLIENTS: readonly ClientId[] = [0, 1];

/** An ignored event (a duplicate, a stale one) moves the offset and nothing else. */
export interface Event {
  readonly client: ClientId;
  readonly ignored?: boolean;
}

export type Log = readonly Event[];

/** Events folded into a client, one bit per offset; 0 where nothing is remembered, or the keys are not there. */
export type Snapshot = number;

export const UNSEEN: Snapshot = 0;

/** The highest offset in a snapshot, -1 for none. */
export function positionOf(snapshot: Snapshot): number {
  return 31 - Math.clz32(snapshot);
}

/** Folds the client's events of [from, to) into what it remembers; those at or below its position are skipped. */
export function foldInto(snapshot: Snapshot, client: ClientId, log: Log, from: number, to: number): Snapshot {
  let folded = snapshot;
  for (let offset = from; offset < to; offset++) {
    const event = log[offset];
    if (event?.client === client && !event.ignored && offset > positionOf(folded)) folded |= 1 << offset;
  }
  return folded;
}

/** What is right: the client's events below `end`, all of them and no other. */
export function foldBelow(end: number, client: ClientId, log: Log): Snapshot {
  return foldInto(UNSEEN, client, log, 0, end);
}

/** The offsets of [0, end) that change something. */
export function changingOffsets(log: Log, end: number): number[] {
  return log.flatMap((event, offset) => (offset < end && !event.ignored ? [offset] : []));
}
