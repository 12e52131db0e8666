import { type ClientState, clientSnapshot, encodeMemory, type FoldSettings, fold, sessionSnapshot, unseenClient } from '@rollcall/fold';
import type { LogEvent } from '@rollcall/schema';
import { NAMESPACE } from './events.ts';
import type { ClientView } from './model.ts';

/** The fold over a log of several clients, from its first offset. */
export function replay(log: readonly LogEvent[], settings: FoldSettings): Map<string, ClientState> {
  const clients = new Map<string, ClientState>();
  for (const [offset, event] of log.entries()) {
    const name = event.data.clientAuthenticationName;
    const before = clients.get(name) ?? unseenClient(NAMESPACE, name);
    const folded = fold(before, event, BigInt(offset), settings);
    clients.set(name, folded.outcome === 'ignored' ? before : folded.client);
  }
  return clients;
}

/** What users see of a client, but for the offsets. */
export function view(state: ClientState): ClientView {
  const { offset: _, ...client } = clientSnapshot(state);
  const sessions = client.sessions.map((name) => {
    const session = state.sessions.get(name);
    if (session === undefined) throw new Error(`the client lists a session that it does not have: ${name}`);
    const { offset: _, ...snapshot } = sessionSnapshot(state, name, session);
    return snapshot;
  });
  return { client, sessions };
}

/** The bytes of what is remembered of a client, but for the offsets. */
export function memoryText(state: ClientState): string {
  const { sessions, ...client } = encodeMemory(state);
  return JSON.stringify({ ...client, sessions: sessions.map(({ offset: _, ...session }) => session) });
}
