import { SESSION_TAKEN_OVER } from '@rollcall/schema';
import type { Random } from './random.ts';

/** Milliseconds since the fleet's first day began, by a clock that is right. */
export type Moment = number;
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** One connection as it really was. */
export interface Connection {
  readonly session: string;
  readonly startedAt: Moment;
  /** When the device was no longer there. Absent: it still is. */
  readonly ended?: Ending;
  /** The broker had no session any more, or was asked to begin a new one. */
  readonly newSession: boolean;
}

export interface Ending {
  readonly at: Moment;
  /** When the service found out: at once, or 1.5 keep-alives after the last packet, or when the device came back. */
  readonly foundAt: Moment;
  readonly reason: string;
}

/** How a device behaves: the same for its whole life. */
export interface Habits {
  readonly connectedFor: Moment;
  readonly awayFor: Moment;
  readonly losesConnection: number;
  /** 30 s to 1,160 s, Event Grid's longest. */
  readonly keepAlive: Moment;
  /** How long the broker keeps the session; 0: each connection begins a new one. */
  readonly sessionExpiry: Moment;
}

export function habitsOf(random: Random): Habits {
  const kind = random.between(0, 1);
  const keepAlive = random.oneOf([30, 60, 300, 1160]) * SECOND;
  const sessionExpiry = random.oneOf([0, 10 * MINUTE, HOUR, 8 * HOUR]);
  if (kind < 0.55) return { connectedFor: 30 * HOUR, awayFor: 2 * HOUR, losesConnection: 0.8, keepAlive, sessionExpiry };
  if (kind < 0.85) return { connectedFor: 20 * MINUTE, awayFor: 6 * HOUR, losesConnection: 0.1, keepAlive, sessionExpiry };
  return { connectedFor: 90 * MINUTE, awayFor: 5 * MINUTE, losesConnection: 0.9, keepAlive, sessionExpiry };
}

/** A stretch of time in which a device is free to come and go. */
export interface Stretch {
  readonly from: Moment;
  readonly to: Moment;
  /** What the service says to whoever is connected at its end; absent: it is the end of what is simulated. */
  readonly cutOffBecause?: string;
}

/** A take-over is nearly always noticed; else the older connection is only missed by its keep-alive, while the newer one is there. */
const TAKE_OVER_NOTICED = 0.98;
const GONE_FOR_GOOD = 0.004;

/** The connections that a device makes on one session, in their order. */
export function connectionsOf(session: string, habits: Habits, { from, to, cutOffBecause }: Stretch, random: Random): Connection[] {
  const connections: Connection[] = [];
  let startedAt = from + random.around(MINUTE);
  let newSession = true;
  while (startedAt < to) {
    const at = startedAt + random.around(habits.connectedFor);
    if (at >= to) {
      const cutOff = { at: to, foundAt: to + random.between(0, 2 * SECOND), reason: cutOffBecause ?? '' };
      connections.push({ session, startedAt, newSession, ...(cutOffBecause !== undefined && { ended: cutOff }) });
      break;
    }
    const ending = endingOf(at, habits, random);
    const comesBackAt = random.chance(GONE_FOR_GOOD) ? Number.POSITIVE_INFINITY : at + awayFor(ending, habits, random);
    const takenOver = comesBackAt < Math.min(ending.foundAt, to) && random.chance(TAKE_OVER_NOTICED);
    const ended = takenOver ? { at, foundAt: comesBackAt, reason: SESSION_TAKEN_OVER } : ending;
    // A cut-off is also the end of what the service had not yet missed.
    const foundAt = ended.foundAt > to && cutOffBecause !== undefined ? to + random.between(0, 2 * SECOND) : ended.foundAt;
    connections.push({ session, startedAt, newSession, ended: { ...ended, foundAt } });
    newSession = habits.sessionExpiry === 0 || comesBackAt > foundAt + habits.sessionExpiry;
    startedAt = comesBackAt;
  }
  return connections;
}

function endingOf(at: Moment, { losesConnection, keepAlive }: Habits, random: Random): Ending {
  if (!random.chance(losesConnection)) return { at, foundAt: at, reason: 'ClientInitiatedDisconnect' };
  const closedSocket = random.chance(0.5);
  if (closedSocket)
    return { at, foundAt: at + random.between(0, SECOND), reason: random.oneOf(['ConnectionLost', 'ConnectionLost', 'ClientError']) };
  const lastPacket = at - random.between(0, keepAlive);
  return { at, foundAt: lastPacket + 1.5 * keepAlive, reason: 'ConnectionLost' };
}

/** Who left returns when there is something to do; who was cut off tries again soon, with a growing pause. */
function awayFor({ reason }: Ending, habits: Habits, random: Random): Moment {
  if (reason === 'ClientInitiatedDisconnect') return SECOND + random.around(habits.awayFor);
  const outage = random.between(0, 1);
  if (outage < 0.6) return random.between(SECOND, 60 * SECOND);
  return outage < 0.85 ? random.between(MINUTE, HOUR) : random.around(6 * HOUR);
}
