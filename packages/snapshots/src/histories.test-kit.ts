import type { ClientState, FoldSettings } from '@rollcall/fold';
import { after, connected, deadline, deleted, disconnected, HOURS, knowledgeOf, NOON, replay, updated } from '@rollcall/fold/testing';
import { type Attributes, type LogEvent, parseJson, type Time } from '@rollcall/schema';
import fc from 'fast-check';
import { DEFAULT_PROJECTION } from './projection.ts';

/** Names that a key, a field, a JSON text or a Lua pattern could stumble over. */
export const ODD_NAMES = [
  's',
  'a/b',
  'a%2Fb',
  '%',
  '__proto__',
  'constructor',
  '123',
  '-0',
  '{1:0}',
  'tab\tnul\u0000del\u007f',
  'ä 😀',
  '*',
];

const REASONS = ['ConnectionLost', 'ClientInitiatedDisconnect', 'SessionTakenOver', '__proto__', 'a/b 😀'];
const NUMBERS = [0n, 1n, 2n, 3n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
/** Near enough to collide, and on both sides of every boundary of the rules. */
const SECONDS = [0, 0, 1, 4, 6, 29, 31, 60, 1_740, HOURS, 2 * HOURS, -31, -2 * HOURS];
const ATTRIBUTES = ['{}', '{"site":9007199254740993}', '{"__proto__":1,"site":{"a":null}}', '{"é":["1","2"]}'];

const moment = fc
  .tuple(fc.constantFrom(...SECONDS), fc.constantFrom(0n, 1n, 9_999n))
  .map(([seconds, ticks]) => (after(seconds, NOON) + ticks) as Time);

/** One event of one of the clients. */
function lifeCycleEvents(clients: readonly string[], sessions: readonly string[]): fc.Arbitrary<LogEvent> {
  const whose = fc.record({
    client: fc.constantFrom(...clients),
    session: fc.constantFrom(...sessions),
    source: fc.constantFrom('/namespaces/myns', '/subscriptions/😀'),
    id: fc.constantFrom('a', 'b'),
  });
  const number = fc.constantFrom(...NUMBERS);
  const attributes = fc.constantFrom(...ATTRIBUTES).map((text) => parseJson(text) as Attributes);
  return fc.oneof(
    { weight: 3, arbitrary: fc.tuple(number, moment, whose).map(([n, time, who]) => connected(n, time, who)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(number, moment, whose, fc.constantFrom(...REASONS))
        .map(([n, time, who, reason]) => disconnected(n, time, { ...who, reason })),
    },
    fc
      .tuple(moment, moment, moment, whose, attributes, fc.constantFrom('client1', 'other name'))
      .map(([time, createdOn, updatedOn, who, values, clientName]) =>
        updated(updatedOn, { ...who, time, createdOn, attributes: values, clientName }),
      ),
    fc
      .tuple(moment, whose, fc.constantFrom('client1', 'other name'))
      .map(([time, who, clientName]) => deleted(time, { ...who, clientName })),
    fc.tuple(moment, whose).map(([ending, who]) => deadline(ending, who)),
  );
}

export interface HistoryOptions {
  readonly clients?: readonly string[];
  readonly sessions?: readonly string[];
  readonly maxLength?: number;
}

/** Random events of some clients, in the order of the log. */
export function histories({ clients = ODD_NAMES, sessions = ODD_NAMES, maxLength = 25 }: HistoryOptions = {}) {
  return fc.array(lifeCycleEvents(clients, sessions), { minLength: 1, maxLength, size: 'max' });
}

/** The clients as the log leaves them. */
export function clientsAfter(log: readonly LogEvent[], settings: FoldSettings = SETTINGS): ClientState[] {
  return [...replay(log, settings).clients.values()];
}

/** All that is known of a client, offsets included, as one comparable text. */
export function allOf(client: ClientState): string {
  const offsets = client.sessions.map(({ session, offset }) => [session, offset.toString()]);
  return `${client.key} ${client.offset} ${JSON.stringify(offsets)} ${knowledgeOf(client)}`;
}

export const SETTINGS = DEFAULT_PROJECTION;
