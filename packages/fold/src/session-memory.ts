import { compareText, type Time } from '@rollcall/schema';

/** A Connected as the fold remembers it. */
export interface Connected {
  readonly sequenceNumber: bigint;
  readonly time: Time;
}

export interface Disconnected extends Connected {
  readonly reason: string;
}

/** What a session remembers (rule 2): four maxima and one minimum. `latest` is by number, `newest` by time.
 *  Built with all four fields, like the other states here: objects of one shape are what the fold's speed comes from. */
export interface SessionMemory {
  readonly latestConnected?: Connected | undefined;
  /** The least time of any Connected of latestConnected's number. */
  readonly firstTime?: Time | undefined;
  readonly newestConnected?: Connected | undefined;
  readonly latestDisconnected?: Disconnected | undefined;
  readonly newestDisconnected?: Disconnected | undefined;
}

export function rememberConnected(sequenceNumber: bigint, time: Time): SessionMemory {
  const connected = { sequenceNumber, time };
  return {
    latestConnected: connected,
    firstTime: time,
    newestConnected: connected,
    latestDisconnected: undefined,
    newestDisconnected: undefined,
  };
}

export function rememberDisconnected(sequenceNumber: bigint, time: Time, reason: string): SessionMemory {
  const disconnected = { sequenceNumber, time, reason };
  return {
    latestConnected: undefined,
    firstTime: undefined,
    newestConnected: undefined,
    latestDisconnected: disconnected,
    newestDisconnected: disconnected,
  };
}

/** The newest time of any event that is remembered. */
export function newestTime({ newestConnected, newestDisconnected }: SessionMemory): Time {
  if (newestConnected === undefined || (newestDisconnected !== undefined && newestDisconnected.time > newestConnected.time)) {
    if (newestDisconnected === undefined) throw new TypeError('a session without an event has no time');
    return newestDisconnected.time;
  }
  return newestConnected.time;
}

/** Joins two memories: commutative, associative, idempotent. Gives `a` itself where `b` adds nothing. */
export function join(a: SessionMemory, b: SessionMemory): SessionMemory {
  const latestConnected = either(a.latestConnected, b.latestConnected, latestConnectedOf);
  const firstTime = firstTimeOf(latestConnected, a, b);
  const newestConnected = either(a.newestConnected, b.newestConnected, newestOf);
  const latestDisconnected = either(a.latestDisconnected, b.latestDisconnected, latestDisconnectedOf);
  const newestDisconnected = either(a.newestDisconnected, b.newestDisconnected, newestDisconnectedOf);
  if (
    latestConnected === a.latestConnected &&
    firstTime === a.firstTime &&
    newestConnected === a.newestConnected &&
    latestDisconnected === a.latestDisconnected &&
    newestDisconnected === a.newestDisconnected
  )
    return a;
  return { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected };
}

/** True if the event behind `news` is itself what `memory` holds: a duplicate, not just something older. */
export function remembersSession(memory: SessionMemory, news: SessionMemory): boolean {
  const { latestConnected: connected, latestDisconnected: disconnected } = news;
  if (connected !== undefined) {
    const { latestConnected, firstTime, newestConnected } = memory;
    const isFirst = latestConnected?.sequenceNumber === connected.sequenceNumber && firstTime === connected.time;
    return isFirst || sameConnected(latestConnected, connected) || sameConnected(newestConnected, connected);
  }
  return sameDisconnected(memory.latestDisconnected, disconnected) || sameDisconnected(memory.newestDisconnected, disconnected);
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

/** The maximum by (sequenceNumber, time). */
function latestConnectedOf(a: Connected, b: Connected): Connected {
  return (compare(a.sequenceNumber, b.sequenceNumber) || compare(a.time, b.time)) >= 0 ? a : b;
}

/** The least of the first times of those whose latest number is the highest. */
function firstTimeOf(latest: Connected | undefined, a: SessionMemory, b: SessionMemory): Time | undefined {
  if (b.latestConnected?.sequenceNumber !== latest?.sequenceNumber) return a.firstTime;
  if (a.latestConnected?.sequenceNumber !== latest?.sequenceNumber) return b.firstTime;
  return a.firstTime === undefined || (b.firstTime !== undefined && b.firstTime < a.firstTime) ? b.firstTime : a.firstTime;
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
