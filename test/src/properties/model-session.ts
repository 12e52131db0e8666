import type { FoldSettings } from '@rollcall/fold';
import { SESSION_TAKEN_OVER, type SessionConnected, type SessionDisconnected, type Time } from '@rollcall/schema';
import { greatest, least } from './sorting.ts';

/** What the model says of a session. */
export type ModelSession =
  | { readonly status: 'connected'; readonly sequenceNumber: bigint; readonly connectedAt: Time; readonly counterRestarted: boolean }
  | {
      readonly status: 'disconnected';
      readonly sequenceNumber: bigint;
      /** Absent where the ended connection's own Connected was never seen. */
      readonly connectedAt?: Time;
      readonly ending: SessionDisconnected;
      readonly counterRestarted: boolean;
    };

const numberOf = (event: SessionConnected | SessionDisconnected): bigint => event.data.sequenceNumber;
const reasonOf = (event: SessionDisconnected): string => event.data.disconnectionReason;

export const byTime = (ending: SessionDisconnected) => [ending.time, numberOf(ending), reasonOf(ending)];
const byNumber = (ending: SessionDisconnected) => [numberOf(ending), ending.time, reasonOf(ending)];

/** Rules 2 and 3 over all of a session's events. Undefined if it has none. */
export function modelSession(
  connects: readonly SessionConnected[],
  disconnects: readonly SessionDisconnected[],
  settings: FoldSettings,
): ModelSession | undefined {
  const latest = greatest(connects, (event) => [numberOf(event), event.time]);
  const newest = greatest(connects, (event) => [event.time, numberOf(event)]);
  const newestDisconnected = greatest(disconnects, byTime);
  if (latest === undefined || newest === undefined) {
    return newestDisconnected && disconnected(newestDisconnected, undefined, false);
  }
  const ofLatestNumber = connects.filter((event) => numberOf(event) === numberOf(latest));
  const firstTime = least(ofLatestNumber, (event) => [event.time])?.time ?? latest.time;

  const counterRestarted = newest.time > latest.time + settings.clockSkew;
  const current = counterRestarted ? newest : latest;
  const numbersRepeat = counterRestarted || firstTime < latest.time;

  const candidates = [greatest(disconnects, byNumber), newestDisconnected].filter((ending) => ending !== undefined);
  const sameNumber = candidates.filter((ending) => numberOf(ending) === numberOf(current));
  const higherNumber = candidates.filter((ending) => !sameNumber.includes(ending) && numberOf(ending) > numberOf(latest));
  const otherNumber = candidates.filter((ending) => !sameNumber.includes(ending) && !higherNumber.includes(ending));

  const a = sameNumber
    .filter((ending) => ending.time >= (numbersRepeat ? current.time : current.time - settings.clockSkew))
    .filter((ending) => !numbersRepeat || reasonOf(ending) !== SESSION_TAKEN_OVER || ending.time > current.time + settings.clockSkew);
  const b = higherNumber.filter((ending) => ending.time >= current.time - settings.clockSkew);
  const c = otherNumber.filter((ending) => ending.time > current.time + settings.lateDisconnect);

  for (const { qualified, connectedAt } of [
    { qualified: a, connectedAt: current.time },
    { qualified: b, connectedAt: undefined },
    { qualified: c, connectedAt: current.time },
  ]) {
    const ending = greatest(qualified, byTime);
    if (ending !== undefined) return disconnected(ending, connectedAt, counterRestarted);
  }
  return { status: 'connected', sequenceNumber: numberOf(current), connectedAt: current.time, counterRestarted };
}

function disconnected(ending: SessionDisconnected, connectedAt: Time | undefined, counterRestarted: boolean): ModelSession {
  const ended = { status: 'disconnected', sequenceNumber: numberOf(ending), ending, counterRestarted } as const;
  return connectedAt === undefined ? ended : { ...ended, connectedAt };
}
