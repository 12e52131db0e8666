import { type ClientState, clientSnapshot, encodeMemory, sessionOf, sessionSnapshot } from '@rollcall/fold';
import { replay } from '@rollcall/fold/testing';
import { type ClientSnapshot, LifecycleEvent, parseJson, type SessionSnapshot } from '@rollcall/schema';

/** A client as Redis must have it, but for the offsets. */
export interface ExpectedClient {
  readonly client: Omit<ClientSnapshot, 'offset'>;
  readonly sessions: readonly Omit<SessionSnapshot, 'offset'>[];
  /** What `rollcall.state` must remember of it. */
  readonly memory: object;
}

/** The events folded one after the other, with nothing around the fold: by the client's key. */
export function plainFold(events: readonly string[]): Map<string, ExpectedClient> {
  const { clients } = replay(events.map((event) => LifecycleEvent.parse(parseJson(event))));
  return new Map([...clients].map(([key, state]) => [key, expectedClient(state)]));
}

function expectedClient(state: ClientState): ExpectedClient {
  const client = clientSnapshot(state);
  const sessions = client.sessions.map((name) => {
    const session = sessionOf(state, name);
    if (session === undefined) throw new TypeError('a client lists the sessions it has');
    return withoutOffset(sessionSnapshot(state, session));
  });
  return { client: withoutOffset(client), sessions, memory: memoryWithoutOffsets(encodeMemory(state)) };
}

/** Where in the log an event stands is the one thing that its order decides. */
export function withoutOffset<T extends { offset: string }>({ offset: _, ...rest }: T): Omit<T, 'offset'> {
  return rest;
}

export function memoryWithoutOffsets({ sessions, ...rest }: { sessions: readonly { offset: string }[] }): object {
  return { ...rest, sessions: sessions.map(withoutOffset) };
}
