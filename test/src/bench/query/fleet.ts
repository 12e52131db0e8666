import { createHash } from 'node:crypto';
import { type ClientState, DEFAULT_SETTINGS, fold, unseenClient } from '@rollcall/fold';
import { connected, deadline, disconnected, updated } from '@rollcall/fold/testing';
import { type LogEvent, parseTime, type Time, toClientKey } from '@rollcall/schema';

/** A fleet as Event Grid would tell of it: UUIDs for names and event ids, one session per client, a resource with 30 bytes of attributes.
 *
 *  - four namespaces
 *  - 70 % are online, half of them not for the first time; 30 % offline, nine of ten confirmed
 *  - 20 % of the resources were updated once, 2 % are disabled */
const NAMESPACES = ['contoso-fleet-1', 'contoso-fleet-2', 'contoso-fleet-3', 'contoso-fleet-4'];
const REASONS = ['ConnectionLost', 'ClientInitiatedDisconnect', 'ConnectionLost', 'ServerInitiatedDisconnect', 'ClientError'];

const ATTRIBUTES = { site: 'berlin', model: 'TX' };
const EPOCH = parseTime('2026-03-01T08:00:00.0000000Z') as Time;
const TICKS_PER_SECOND = 10_000_000;
const TICKS_PER_DAY = 86_400 * TICKS_PER_SECOND;

export function clientName(n: number): string {
  return uuid('client', n);
}

export function namespaceOf(n: number): string {
  return NAMESPACES[n % NAMESPACES.length] as string;
}

export function sessionName(n: number): string {
  return uuid('session', n);
}

/** Why a client's connections end from now on. */
export function reasonOf(n: number): string {
  return REASONS[n % REASONS.length] as string;
}

/** A client as the log leaves it. Its offsets lie before the start of a new log, and are as long as those of an old one. */
export function clientOf(n: number): ClientState {
  const namespace = namespaceOf(n);
  let client = unseenClient(toClientKey(namespace, clientName(n)));
  let offset = BigInt(n) * 7n - 10_000_000n;
  for (const event of eventsOf(n)) {
    const folded = fold(client, event, offset++, DEFAULT_SETTINGS);
    if (folded.outcome !== 'ignored') client = folded.client;
  }
  return client;
}

function* eventsOf(n: number): Iterable<LogEvent> {
  const draw = draws(n);
  const namespace = namespaceOf(n);
  const source = `/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myrg/providers/Microsoft.EventGrid/namespaces/${namespace}`;
  const whose = (id: string) => ({ namespace, client: clientName(n), session: sessionName(n), source, id: uuid(id, n) });
  const moment = (days: number) => (EPOCH + BigInt(Math.floor(days * TICKS_PER_DAY))) as Time;
  const createdOn = moment(draw());
  const updatedOn = draw() < 0.2 ? moment(1 + draw()) : createdOn;
  const state = draw() < 0.02 ? 'Disabled' : 'Enabled';
  const time = (updatedOn + BigInt(Math.floor((1.5 + draw()) * TICKS_PER_SECOND))) as Time;
  yield updated(updatedOn, { ...whose('resource'), createdOn, time, clientName: clientName(n), state, attributes: ATTRIBUTES });
  const isOnline = draw() < 0.7;
  const number = draw() < 0.5 ? 1n : BigInt(2 + Math.floor(draw() * 500));
  const reason = REASONS[Math.floor(draw() * REASONS.length)] as string;
  if (number > 1n) {
    const ended = moment(3 + draw());
    yield disconnected(number - 1n, ended, { ...whose('old end'), reason });
    if (draw() < 0.5) yield deadline(ended, whose('old deadline'));
  }
  yield connected(number, moment(5 + draw()), whose('connected'));
  if (isOnline) return;
  const ended = moment(7 + draw());
  yield disconnected(number, ended, { ...whose('end'), reason });
  if (draw() < 0.9) yield deadline(ended, whose('deadline'));
}

function uuid(kind: string, n: number): string {
  const hex = createHash('md5').update(`${kind} ${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Numbers from 0 to 1, the same for the same client in each run (mulberry32). */
function draws(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
