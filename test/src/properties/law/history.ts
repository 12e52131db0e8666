import type { FoldSettings } from '@rollcall/fold';
import { type LogEvent, parseTime, SESSION_TAKEN_OVER, SequenceNumber, type Time } from '@rollcall/schema';
import { connected, createdOrUpdated, deadline, disconnected } from '../events.ts';
import type { Random } from '../fleet/random.ts';

/** The moment from which a history counts. */
export const START = parseTime('2026-03-01T08:00:00Z') ?? (0n as Time);
export const CLIENT = 'pump';
const SESSIONS = 5;
/** How far two clocks may disagree, and how late a loss may be found: in ticks, like all times here. Small, so that everything is near. */
const CLOCK_SKEW = 3;
const LATE_DISCONNECT = 12;

/** An event, and by when what it tells of was over: as late as that it may come. */
export interface Told {
  readonly event: LogEvent;
  /** The session that it is of; absent: a deadline, or an event of the resource. */
  readonly session?: string;
  /** The least of its own time, that of its connection's end, and those of the connections that followed in its session. */
  readonly effective: Time;
}

export interface History {
  readonly settings: FoldSettings;
  readonly told: readonly Told[];
  /** Whether the clocks gave the events of each session times in the order in which they happened. */
  readonly clocksAgree: boolean;
}

interface Connection {
  readonly session: string;
  readonly number: number;
  readonly startsAt: number;
  /** When its end is found. Absent: it is there for good. */
  readonly foundAt?: number;
  readonly reason: string;
}

/** What the service tells of one client with some sessions: numbers that neither repeat nor restart, clocks within CLOCK_SKEW, losses found late,
 *  take-overs within a session and across, events lost; limits small enough to matter. */
export function drawHistory(random: Random): History {
  const clocksAgree = random.chance(0.5);
  const clockError = () => (clocksAgree ? 0 : draw(random, -1, 1));
  const lost = random.chance(0.5) ? 0 : 0.15;
  const sessions = Array.from({ length: draw(random, 1, SESSIONS) }, (_, index) => connectionsOf(`s${index}`, random));
  const told = sessions.flatMap((connections) => tell(acrossSessions(connections, sessions, random), clockError));
  return {
    settings: {
      clockSkew: BigInt(CLOCK_SKEW),
      lateDisconnect: BigInt(LATE_DISCONNECT),
      sessionsKept: random.chance(0.8) ? draw(random, 1, 3) : 0,
      sessionRetention: random.chance(0.4) ? BigInt(draw(random, 5, 40)) : 0n,
    },
    told: [...told.filter(() => !random.chance(lost)), ...besides(random)],
    clocksAgree,
  };
}

function connectionsOf(session: string, random: Random): Connection[] {
  const connections: Connection[] = [];
  const count = draw(random, 1, 3);
  let startsAt = draw(random, 0, 30);
  const first = draw(random, 1, 3);
  for (let index = 0; index < count; index++) {
    const endsAt = startsAt + (random.chance(0.2) ? 0 : draw(random, 1, 12));
    const nextAt = endsAt + (random.chance(0.3) ? 0 : draw(random, 1, 20));
    const isLast = index === count - 1;
    const staysConnected = isLast && random.chance(0.5);
    const end = random.between(0, 1);
    const found =
      !isLast && end < 0.3
        ? { foundAt: nextAt, reason: SESSION_TAKEN_OVER }
        : end < 0.5
          ? { foundAt: endsAt + draw(random, 1, LATE_DISCONNECT - 1), reason: 'ConnectionLost' }
          : { foundAt: endsAt, reason: end < 0.7 ? SESSION_TAKEN_OVER : 'ClientInitiatedDisconnect' };
    connections.push({ session, number: first + index, startsAt, reason: '', ...(!staysConnected && found) });
    startsAt = nextAt;
  }
  return connections;
}

/** The last connection of a session may have been taken over by the first one of another. */
function acrossSessions(connections: readonly Connection[], all: readonly Connection[][], random: Random): Connection[] {
  return connections.map((connection, index) => {
    if (connection.reason !== SESSION_TAKEN_OVER || index < connections.length - 1) return connection;
    const successor = all.map(([first]) => first).find((first) => first !== undefined && first.startsAt > connection.startsAt);
    if (successor === undefined || !random.chance(0.6)) return connection;
    return { ...connection, foundAt: Math.max(connection.startsAt, successor.startsAt + draw(random, -2, 2)) };
  });
}

function tell(connections: readonly Connection[], clockError: () => number): Told[] {
  const pairs = connections.map(({ session, number, startsAt, foundAt, reason }) => {
    const connection = { client: CLIENT, session, sequenceNumber: SequenceNumber.parse(number), source: '/fleet' };
    const events: LogEvent[] = [connected(connection, at(startsAt + clockError()))];
    if (foundAt !== undefined) events.push(disconnected(connection, at(foundAt + clockError()), reason));
    return { session, events };
  });
  return pairs.flatMap(({ session, events }, index) => {
    const later = pairs.slice(index + 1).flatMap((pair) => pair.events);
    return events.map((event) => ({ event, session, effective: least([event, ...events.slice(1), ...later].map(({ time }) => time)) }));
  });
}

/** A few deadlines and events of the resource, which must not matter to what is forgotten. */
function besides(random: Random): Told[] {
  return Array.from({ length: draw(random, 0, 3) }, () => {
    const time = at(draw(random, 0, 90));
    const content = { createdOn: at(0), updatedOn: time, state: 'Enabled', attributes: {} };
    const resource = { client: CLIENT, clientName: CLIENT, source: '/fleet', id: `${time}` };
    const event = random.chance(0.7) ? deadline(CLIENT, time, time) : createdOrUpdated(resource, time, content);
    return { event, effective: time };
  });
}

function least(times: readonly Time[]): Time {
  return times.reduce((earliest, time) => (time < earliest ? time : earliest));
}

function at(moment: number): Time {
  return (START + BigInt(moment)) as Time;
}

/** A whole number from `from` to `to`, both included. */
export function draw(random: Random, from: number, to: number): number {
  return Math.floor(random.between(from, to + 1));
}
