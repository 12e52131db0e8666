import { type LogEvent, SESSION_TAKEN_OVER, SequenceNumber, type Time, timeFromMilliseconds } from '@rollcall/schema';
import { connected, createdOrUpdated, deleted, disconnected } from '../events.ts';
import type { Client } from './client.ts';
import type { NumberedConnection } from './counter.ts';
import { HOUR, MINUTE, type Moment, SECOND } from './device.ts';
import type { Random } from './random.ts';

/** An event with the moment at which it reaches the log. */
export interface Delivered {
  readonly event: LogEvent;
  readonly loggedAt: Moment;
}

const EPOCH = Date.parse('2026-03-01T00:00:00Z');
export const timeAt = (moment: Moment): Time => timeFromMilliseconds(EPOCH + moment);

/** Servers agree within some milliseconds, but for one in a hundred. */
const WRONG_CLOCK = 0.01;
const WORST_CLOCK = 5 * SECOND;
const DELIVERY_FAILS = 0.0005;
const RETRY_FAILS = 0.5;
/** Event Grid's pauses before each retry; within 24 h. */
const RETRIES = [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];
const DELIVERED_TWICE = 0.02;

/** Of a client in a fifth of the fleet, half of the connections that took another one over are never heard of. */
const LOSES_SUCCESSORS = 0.2;
const SUCCESSOR_LOST = 0.5;

/** Without the connections of which every event is lost: a dead letter that nobody delivers again. */
export function withoutLostSuccessors(connections: readonly NumberedConnection[], random: Random): NumberedConnection[] {
  if (!random.chance(LOSES_SUCCESSORS)) return [...connections];
  const takeOvers = connections.flatMap(({ ended }) => (ended?.reason === SESSION_TAKEN_OVER ? [ended.foundAt] : []));
  return connections.filter(({ startedAt }) => !takeOvers.includes(startedAt) || !random.chance(SUCCESSOR_LOST));
}

/** All that Event Grid publishes of a client, as it reaches the log: late, twice, and in the order of its arrival. */
export function publish(client: Client, connections: readonly NumberedConnection[], random: Random): Delivered[] {
  const published: Delivered[] = [];
  const say = (moment: Moment, eventAt: (time: Time) => LogEvent) => {
    const event = eventAt(timeAt(moment + clockError(random)));
    for (let copies = random.chance(DELIVERED_TWICE) ? 2 : 1; copies > 0; copies--) {
      published.push({ event, loggedAt: moment + deliveryTime(random) });
    }
  };
  for (const { session, number, startedAt, ended } of connections) {
    const connection = { client: client.name, session, sequenceNumber: SequenceNumber.parse(number), source: '/fleet' };
    say(startedAt, (time) => connected(connection, time));
    if (ended !== undefined) say(ended.foundAt, (time) => disconnected(connection, time, ended.reason));
  }
  const resource = { client: client.name, clientName: client.name, source: '/fleet' };
  for (const [life, moment] of client.createdAt.entries()) {
    say(moment, (time) =>
      createdOrUpdated({ ...resource, id: `created ${life}` }, time, {
        createdOn: time,
        updatedOn: time,
        state: 'Enabled',
        attributes: {},
      }),
    );
  }
  if (client.deletedAt !== undefined) say(client.deletedAt, (time) => deleted({ ...resource, id: 'deleted' }, time));
  return published.sort((a, b) => a.loggedAt - b.loggedAt);
}

function clockError(random: Random): Moment {
  const worst = random.chance(WRONG_CLOCK) ? WORST_CLOCK : 20;
  return random.between(-worst, worst);
}

function deliveryTime(random: Random): Moment {
  let time = random.between(50, 500);
  if (!random.chance(DELIVERY_FAILS)) return time;
  for (const pause of RETRIES) {
    time += pause;
    if (!random.chance(RETRY_FAILS)) break;
  }
  return time;
}
