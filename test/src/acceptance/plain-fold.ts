import { type ClientState, clientSnapshot, encodeMemory, sessionSnapshot, storedSessions } from '@rollcall/fold';
import { replay } from '@rollcall/fold/testing';
import {
  type ClientSnapshot,
  LifecycleEvent,
  parseJson,
  type SessionSnapshot,
  type StateMemoryJson,
  type StoredSession,
} from '@rollcall/schema';

/** A client as Redis must have it, but for the offsets. */
export interface ExpectedClient {
  readonly client: Omit<ClientSnapshot, 'offset'>;
  readonly sessions: readonly Omit<SessionSnapshot, 'offset'>[];
  /** What `rollcall.state` must remember of it and its sessions. */
  readonly state: { readonly memory: StateMemoryJson; readonly sessions: readonly Omit<StoredSession, 'offset'>[] };
}

/** The events folded one after the other, with nothing around the fold: by the client's key. */
export function plainFold(events: readonly string[]): Map<string, ExpectedClient> {
  const { clients } = replay(events.map((event) => LifecycleEvent.parse(parseJson(event))));
  return new Map([...clients].map(([key, state]) => [key, expectedClient(state)]));
}

function expectedClient(state: ClientState): ExpectedClient {
  const client = clientSnapshot(state);
  return {
    client: withoutOffset(client),
    sessions: state.sessions.map((session) => withoutOffset(sessionSnapshot(state, session))),
    state: { memory: encodeMemory(state), sessions: storedSessions(state).map(withoutOffset) },
  };
}

/** Where in the log an event stands is the one thing that its order decides. */
export function withoutOffset<T extends { readonly offset: unknown }>({ offset: _, ...rest }: T): Omit<T, 'offset'> {
  return rest;
}
