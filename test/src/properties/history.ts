import { type Attributes, type LogEvent, parseJson, parseTime, SESSION_TAKEN_OVER, SequenceNumber, type Time } from '@rollcall/schema';
import fc from 'fast-check';
import { connected, createdOrUpdated, deadline, deleted, disconnected } from './events.ts';

const SECOND = 10_000_000n;
const HOUR = 3600n * SECOND;
const START = parseTime('2026-03-01T08:00:00Z') ?? (0n as Time);

/** Names that differ only in case, and whose order by UTF-8 bytes is not that by UTF-16 units. */
const CLIENTS = ['pump', 'pump', 'pump', 'pump', 'Pump', '😀'];
const SESSIONS = ['s', 's', 's', 's', 'S', '\uff5e', '😀'];
const REASONS = ['ConnectionLost', 'ClientInitiatedDisconnect', SESSION_TAKEN_OVER, SESSION_TAKEN_OVER, '\uff5e', '😀'];
const SOURCES = ['/west', '/west', '/west', '/\uff5e', '/😀'];
const STATES = ['Enabled', 'Disabled'];
const ATTRIBUTES = ['{}', '{"site":9007199254740993}', '{"site":"a","floors":["1","2"]}', '{"__proto__":1,"site":{"a":null}}'];
/** Four numbers in a row from here: plain, about zero, where doubles round, and both ends of int64. */
const FIRST_NUMBERS = [1n, -1n, 2n ** 53n - 1n, 2n ** 63n - 4n, -(2n ** 63n)];

/** Distances of two times: none, a tick, within a millisecond, and each side of every boundary that the rules know. */
const DISTANCES = [
  ...[0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
  ...[1n, -1n, 9_000n, SECOND, -SECOND, 10n * SECOND, 60n * SECOND],
  ...[5n, -5n, 30n, -30n].flatMap((seconds) => [-1n, 0n, 1n].map((tick) => seconds * SECOND + tick)),
  ...[-1n, 0n, 1n].map((tick) => HOUR + tick),
  ...[1740n * SECOND, HOUR + 30n * SECOND, 2n * HOUR, 48n * HOUR],
];

const OCCURRENCES = [
  ...(['connection', 'connection', 'connected', 'connected', 'disconnected'] as const),
  ...(['deadline', 'written', 'published twice', 'deleted'] as const),
] as const;

const MAX_OCCURRENCES = 12;
/** The most events that a history has: an occurrence is one or two. */
export const MAX_EVENTS = 2 * MAX_OCCURRENCES;

const pick = (choices: number) => fc.nat(choices - 1);
/** An occurrence is drawn as a handful of small numbers: fast to draw, and shrinks to the first of each choice. */
const occurrence = fc.tuple(
  pick(OCCURRENCES.length),
  pick(CLIENTS.length),
  pick(SESSIONS.length),
  pick(4),
  pick(DISTANCES.length),
  pick(DISTANCES.length),
  pick(REASONS.length),
  pick(SOURCES.length),
);
type Occurrence = typeof occurrence extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Events of several clients in the order of the log; small domains, so that numbers, times and ids collide.
 *  @param ids `honest`: the same id has the same content, as Event Grid has it; `any`: the same id with other content too */
export function histories(ids: 'honest' | 'any'): fc.Arbitrary<readonly LogEvent[]> {
  return fc
    .tuple(pick(FIRST_NUMBERS.length), fc.array(occurrence, { maxLength: MAX_OCCURRENCES, size: 'max' }))
    .map(([numbers, occurrences]) => occurrences.flatMap((drawn) => eventsOf(drawn, FIRST_NUMBERS[numbers] ?? 0n, ids)));
}

function eventsOf(
  [kind, ofClient, ofSession, number, first, second, detail, from]: Occurrence,
  firstNumber: bigint,
  ids: 'honest' | 'any',
): LogEvent[] {
  const client = CLIENTS[ofClient] ?? '';
  const source = SOURCES[from] ?? '';
  const time = after(START, first);
  const later = after(time, second);
  const sequenceNumber = SequenceNumber.parse(firstNumber + BigInt(number));
  const connection = { client, session: SESSIONS[ofSession] ?? '', sequenceNumber, source };
  const reason = REASONS[detail] ?? '';
  switch (OCCURRENCES[kind]) {
    case 'connected':
      return [connected(connection, time)];
    case 'disconnected':
      return [disconnected(connection, time, reason)];
    case 'connection':
      return [connected(connection, time), disconnected(connection, later, reason)];
    case 'deadline':
      return [deadline(client, later, time)];
    case 'written':
    case 'published twice': {
      const resource = { client, clientName: client, source };
      const id = ids === 'honest' ? `${from}: ${detail % 2} ${number} ${time}` : `${from % 2}`;
      const content = { createdOn: time, updatedOn: later, state: STATES[detail % 2] ?? '', attributes: attributesOf(number) };
      const written = createdOrUpdated({ ...resource, id }, detail < 2 ? time : later, content);
      if (OCCURRENCES[kind] === 'written') return [written];
      const again = ids === 'honest' ? { id: `${id} again`, state: content.state } : { id, state: STATES[number % 2] ?? '' };
      return [written, createdOrUpdated({ ...resource, id: again.id }, written.time, { ...content, state: again.state })];
    }
    case 'deleted':
      return [deleted({ client, clientName: ids === 'honest' ? client : `${client} ${number}`, source, id: `${detail % 2}` }, time)];
    default:
      return [];
  }
}

function attributesOf(choice: number): Attributes {
  return parseJson(ATTRIBUTES[choice] ?? '{}') as Attributes;
}

function after(time: Time, distance: number): Time {
  return (time + (DISTANCES[distance] ?? 0n)) as Time;
}
