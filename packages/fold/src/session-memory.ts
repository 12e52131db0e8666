import { compareText, type Time } from '@rollcall/schema';

/** A Connected as the fold remembers it. */
export interface Connected {
  readonly sequenceNumber: bigint;
  readonly time: Time;
}

/** The Connected of the highest number, and the least time of any Connected of that number. */
export interface LatestConnected extends Connected {
  readonly firstTime: Time;
}

export interface Disconnected extends Connected {
  readonly reason: string;
}

/** What a session remembers (rule 2): four maxima and one minimum. `latest` is by number, `newest` by time.
 *  Built with all four fields, like the other states here: objects of one shape are what the fold's speed comes from. */
export interface SessionMemory {
  readonly latestConnected?: LatestConnected | undefined;
  readonly newestConnected?: Connected | undefined;
  readonly latestDisconnected?: Disconnected | undefined;
  readonly newestDisconnected?: Disconnected | undefined;
}

export function rememberConnected(sequenceNumber: bigint, time: Time): SessionMemory {
  return {
    latestConnected: { sequenceNumber, time, firstTime: time },
    newestConnected: { sequenceNumber, time },
    latestDisconnected: undefined,
    newestDisconnected: undefined,
  };
}

export function rememberDisconnected(sequenceNumber: bigint, time: Time, reason: string): SessionMemory {
  const disconnected = { sequenceNumber, time, reason };
  return { latestConnected: undefined, newestConnected: undefined, latestDisconnected: disconnected, newestDisconnected: disconnected };
}

/** Joins two memories: commutative, associative, idempotent. Gives `a` itself where `b` adds nothing. */
export function join(a: SessionMemory, b: SessionMemory): SessionMemory {
  const latestConnected = either(a.latestConnected, b.latestConnected, joinLatestConnected);
  const newestConnected = either(a.newestConnected, b.newestConnected, newestOf);
  const latestDisconnected = either(a.latestDisconnected, b.latestDisconnected, latestDisconnectedOf);
  const newestDisconnected = either(a.newestDisconnected, b.newestDisconnected, newestDisconnectedOf);
  if (
    latestConnected === a.latestConnected &&
    newestConnected === a.newestConnected &&
    latestDisconnected === a.latestDisconnected &&
    newestDisconnected === a.newestDisconnected
  )
    return a;
  return { latestConnected, newestConnected, latestDisconnected, newestDisconnected };
}

/** True if the event behind `news` is itself what `memory` holds: a duplicate, not just something older. */
export function remembersSession(memory: SessionMemory, news: SessionMemory): boolean {
  const { latestConnected: connected, latestDisconnected: disconnected } = news;
  if (connected !== undefined) {
    const { latestConnected, newestConnected } = memory;
    const first = latestConnected && { ...latestConnected, time: latestConnected.firstTime };
    return [latestConnected, newestConnected, first].some((known) => sameConnected(known, connected));
  }
  return [memory.latestDisconnected, memory.newestDisconnected].some((known) => sameDisconnected(known, disconnected));
}

export function sameConnected(a: Connected | undefined, b: Connected | undefined): boolean {
  return a === b || (a?.sequenceNumber === b?.sequenceNumber && a?.time === b?.time);
}

export function sameDisconnected(a: Disconnected | undefined, b: Disconnected | undefined): boolean {
  return sameConnected(a, b) && a?.reason === b?.reason;
}

function either<T>(a: T | undefined, b: T | undefined, choose: (a: T, b: T) => T): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return choose(a, b);
}

/** The higher number; of one number the later time, with the earliest time of any. */
function joinLatestConnected(a: LatestConnected, b: LatestConnected): LatestConnected {
  if (a.sequenceNumber !== b.sequenceNumber) return a.sequenceNumber > b.sequenceNumber ? a : b;
  const time = a.time >= b.time ? a.time : b.time;
  const firstTime = a.firstTime <= b.firstTime ? a.firstTime : b.firstTime;
  return time === a.time && firstTime === a.firstTime ? a : { sequenceNumber: a.sequenceNumber, time, firstTime };
}

/** The maximum by (time, sequenceNumber). */
function newestOf(a: Connected, b: Connected): Connected {
  return (compare(a.time, b.time) || compare(a.sequenceNumber, b.sequenceNumber)) >= 0 ? a : b;
}

/** The maximum by (sequenceNumber, time, reason). */
function latestDisconnectedOf(a: Disconnected, b: Disconnected): Disconnected {
  const order = compare(a.sequenceNumber, b.sequenceNumber) || compare(a.time, b.time) || compareText(a.reason, b.reason);
  return order >= 0 ? a : b;
}

/** The maximum by (time, sequenceNumber, reason). */
export function newestDisconnectedOf(a: Disconnected, b: Disconnected): Disconnected {
  const order = compare(a.time, b.time) || compare(a.sequenceNumber, b.sequenceNumber) || compareText(a.reason, b.reason);
  return order >= 0 ? a : b;
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
