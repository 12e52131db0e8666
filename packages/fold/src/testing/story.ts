import {
  type ChangeKind,
  type ClientSnapshot,
  clientKey,
  formatTime,
  type LogEvent,
  type Presence,
  type SessionSnapshot,
  type SessionStatus,
  stringifyJson,
} from '@rollcall/schema';
import { type ClientState, sessionOf } from '../client.ts';
import type { IgnoredReason } from '../fold.ts';
import { DEFAULT_SETTINGS, type FoldSettings } from '../settings.ts';
import { clientSnapshot, sessionSnapshot } from '../snapshot.ts';
import { OURS, type Whose } from './events.ts';
import { at } from './moment.ts';
import { type Replay, replay, tell } from './replay.ts';

/** A part of a snapshot. Times may be given as a Moment; undefined: the field is not there. */
export type Seen<Snapshot> = { readonly [field in keyof Snapshot]?: Snapshot[field] | bigint | undefined };

/** A log of events, and what must follow from it. `given(…).when(…).then…`: what `then…` says of an event, it says of the last. */
export class Story {
  readonly #log: readonly LogEvent[];
  readonly #settings: FoldSettings;
  readonly #replay: Replay;

  constructor(log: readonly LogEvent[], settings: FoldSettings = DEFAULT_SETTINGS) {
    this.#log = log;
    this.#settings = settings;
    this.#replay = replay(log, settings);
  }

  when(...events: readonly LogEvent[]): Story {
    return new Story([...this.#log, ...events], this.#settings);
  }

  thenStatus(status: SessionStatus, whose: Whose = {}): this {
    return this.#expect('status', status, this.session(whose).status);
  }

  thenSession(seen: Seen<SessionSnapshot>, whose: Whose = {}): this {
    return this.#expectFields('session', seen, this.session(whose));
  }

  thenPresence(presence: Presence, whose: Whose = {}): this {
    return this.#expect('presence', presence, this.client(whose).presence);
  }

  /** `sessions`: the names of those that are remembered, in their order. */
  thenClient(seen: Seen<ClientSnapshot & { readonly sessions: readonly string[] }>, whose: Whose = {}): this {
    const sessions = this.#state(whose).sessions.map(({ session }) => session);
    return this.#expectFields('client', seen, { ...this.client(whose), sessions });
  }

  /** The last event was one that a user can see, with exactly these kinds; none: only details changed. */
  thenKinds(...kinds: readonly ChangeKind[]): this {
    const last = this.#last();
    this.#expect('outcome', 'changed', last.outcome);
    return this.#expect('kinds', kinds, last.outcome === 'changed' && last.kinds);
  }

  /** The last event is kept because it may decide later, and shows nowhere yet. */
  thenRemembered(): this {
    return this.#expect('outcome', 'remembered', this.#last().outcome);
  }

  thenIgnored(reason: IgnoredReason): this {
    const last = this.#last();
    return this.#expect('outcome', `ignored: ${reason}`, last.outcome === 'ignored' ? `ignored: ${last.reason}` : last.outcome);
  }

  /** The client's snapshot at the end of the log. */
  client(whose: Whose): ClientSnapshot {
    return clientSnapshot(this.#state(whose));
  }

  /** The session's snapshot at the end of the log. */
  session(whose: Whose): SessionSnapshot {
    const client = this.#state(whose);
    const name = whose.session ?? OURS.session;
    const session = sessionOf(client, name);
    if (session === undefined)
      throw this.#mismatch(
        'sessions',
        name,
        client.sessions.map((known) => known.session),
      );
    return sessionSnapshot(client, session);
  }

  #state({ namespace = OURS.namespace, client = OURS.client }: Whose): ClientState {
    const key = clientKey(namespace, client);
    const state = this.#replay.clients.get(key);
    if (state === undefined) throw this.#mismatch('clients', key, [...this.#replay.clients.keys()]);
    return state;
  }

  #last() {
    const last = this.#replay.outcomes.at(-1);
    if (last === undefined) throw new TypeError('a story needs an event');
    return last;
  }

  #expectFields<Snapshot extends object>(what: string, seen: Seen<Snapshot>, snapshot: Snapshot): this {
    const fields = Object.keys(seen) as (keyof Snapshot & string)[];
    const expected = fields.map((field) => [field, asSeen(field, seen[field])]);
    return this.#expect(what, Object.fromEntries(expected), Object.fromEntries(fields.map((field) => [field, snapshot[field]])));
  }

  #expect(what: string, expected: unknown, actual: unknown): this {
    if (stringifyJson(expected) !== stringifyJson(actual)) throw this.#mismatch(what, expected, actual);
    return this;
  }

  #mismatch(what: string, expected: unknown, actual: unknown): Mismatch {
    return new Mismatch(what, expected, actual, this.#log.map(tell));
  }
}

/** Thrown where a story ends otherwise than it says. `expected` and `actual` are for the test runner to compare. */
export class Mismatch extends Error {
  override readonly name = 'AssertionError';
  constructor(
    what: string,
    readonly expected: unknown,
    readonly actual: unknown,
    log: readonly string[],
  ) {
    super(`expected ${what} ${stringifyJson(expected)}, not ${stringifyJson(actual)}, after\n  ${log.join('\n  ')}`);
  }
}

const TIMES: ReadonlySet<string> = new Set(['since', 'connectedAt', 'disconnectedAt', 'createdOn', 'updatedOn', 'deletedAt']);

function asSeen(field: string, value: unknown): unknown {
  return TIMES.has(field) && value !== undefined ? formatTime(at(value as string)) : value;
}
