import {
  type ClientState,
  clientSnapshot,
  decodeState,
  encodeMemory,
  encodeState,
  type Folded,
  type FoldSettings,
  fold,
  sessionSnapshot,
  storedSessions,
  unseenClient,
} from '@rollcall/fold';
import { type LogEvent, parseJson, StateRecord, stringifyJson, toClientKey } from '@rollcall/schema';
import { NAMESPACE } from './events.ts';
import type { ClientView } from './model.ts';

/** One event on its way through the fold. */
export interface Step {
  readonly event: LogEvent;
  readonly offset: bigint;
  readonly before: ClientState;
  readonly folded: Folded;
  /** `before` itself where the event was ignored. */
  readonly after: ClientState;
}

/** The fold over a log of several clients, from `firstOffset` on, going on from `clients` and keeping them as of each step. */
export function* steps(
  log: readonly LogEvent[],
  settings: FoldSettings,
  clients: Map<string, ClientState>,
  firstOffset = 0,
): Iterable<Step> {
  for (const [index, event] of log.entries()) {
    const offset = BigInt(firstOffset + index);
    const name = event.data.clientAuthenticationName;
    const before = clients.get(name) ?? unseenClient(toClientKey(NAMESPACE, name));
    const folded = fold(before, event, offset, settings);
    const after = folded.outcome === 'ignored' ? before : folded.client;
    clients.set(name, after);
    yield { event, offset, before, folded, after };
  }
}

/** What the whole log leads to, by client. */
export function replay(log: readonly LogEvent[], settings: FoldSettings): Map<string, ClientState> {
  const clients = new Map<string, ClientState>();
  for (const _ of steps(log, settings, clients));
  return clients;
}

/** The client as a projector restores it from `rollcall.state`. */
export function restored(state: ClientState, settings: FoldSettings): ClientState {
  return decodeState(StateRecord.parse(parseJson(encodeState(state, 0))), settings);
}

/** What users see of a client, but for the offsets. */
export function view(state: ClientState): ClientView {
  const { offset: _, ...client } = clientSnapshot(state);
  const sessions = state.sessions.map((session) => {
    const { offset: _, ...snapshot } = sessionSnapshot(state, session);
    return snapshot;
  });
  return { client, sessions };
}

/** The bytes of what is remembered of a client, but for the offsets. */
export function memoryText(state: ClientState): string {
  const sessions = storedSessions(state).map(({ offset: _, ...session }) => session);
  return stringifyJson({ ...encodeMemory(state), sessions });
}
