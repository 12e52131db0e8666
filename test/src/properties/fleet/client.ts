import { type Connection, connectionsOf, DAY, HOUR, habitsOf, MINUTE, type Moment, SECOND, type Stretch } from './device.ts';
import type { Random } from './random.ts';
import { renamed, type SessionNames } from './session-names.ts';

export const HORIZON = 7 * DAY;
export const FAIL_OVER_AT = 3.3 * DAY;

/** A client as it really was for a week. */
export interface Client {
  readonly name: string;
  /** Of all its sessions, in the order of their beginnings. */
  readonly connections: readonly Connection[];
  readonly createdAt: readonly Moment[];
  readonly deletedAt?: Moment;
}

export interface Circumstances {
  /** Whether the service loses all connections at FAIL_OVER_AT. */
  readonly failOver: boolean;
  readonly names: SessionNames;
}

export function simulateClient(name: string, { failOver, names }: Circumstances, random: Random): Client {
  const createdAt = random.between(0, DAY);
  const deletedAt = random.chance(0.1) ? random.between(1.5 * DAY, 6.9 * DAY) : undefined;
  const createdAgainAt = deletedAt !== undefined && random.chance(0.7) ? deletedAt + goneFor(random) : undefined;
  const lives = [
    { from: createdAt, to: deletedAt ?? HORIZON, ...(deletedAt !== undefined && { cutOffBecause: 'ClientAuthorizationError' }) },
    ...(createdAgainAt !== undefined ? [{ from: createdAgainAt, to: HORIZON }] : []),
  ];
  const stretches = failOver ? lives.flatMap(interruptedByFailOver) : lives;
  const connections = ['main', 'telemetry', 'updates'].slice(0, random.chance(0.8) ? 1 : random.oneOf([2, 3])).flatMap((session) => {
    const habits = habitsOf(random);
    const made = stretches.flatMap((stretch) => connectionsOf(session, habits, stretch, random));
    return renamed(made, names, random);
  });
  return {
    name,
    connections: connections.sort((a, b) => a.startedAt - b.startedAt),
    createdAt: [createdAt, ...(createdAgainAt !== undefined ? [createdAgainAt] : [])].filter((moment) => moment < HORIZON),
    ...(deletedAt !== undefined && { deletedAt }),
  };
}

function goneFor(random: Random): Moment {
  return random.oneOf([random.between(6 * SECOND, MINUTE), random.between(MINUTE, HOUR), random.between(HOUR, DAY)]);
}

function interruptedByFailOver(life: Stretch): Stretch[] {
  if (life.from >= FAIL_OVER_AT || life.to <= FAIL_OVER_AT) return [life];
  return [
    { from: life.from, to: FAIL_OVER_AT, cutOffBecause: 'ServerError' },
    { ...life, from: FAIL_OVER_AT },
  ];
}

/** Whether the device was there at that moment: by one of these connections. */
export function isConnectedAt(connections: readonly Connection[], moment: Moment): boolean {
  return connections.some(({ startedAt, ended }) => startedAt <= moment && (ended === undefined || moment < ended.at));
}

/** Whether the device is there for good, at the end of what is simulated. */
export function isConnected(connections: readonly Connection[]): boolean {
  return connections.some(({ ended }) => ended === undefined);
}

export function exists({ createdAt, deletedAt }: Client): boolean {
  return deletedAt === undefined || createdAt.some((moment) => moment > deletedAt);
}
