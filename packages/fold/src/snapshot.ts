import { type ClientSnapshot, formatTime, type SessionSnapshot, stringifyJson } from '@rollcall/schema';
import type { ClientState, SessionState } from './client.ts';
import { clientNameOf, existence } from './client-resource.ts';

/** The client as people see it. */
export function clientSnapshot(client: ClientState): ClientSnapshot {
  const { presence, resource } = client;
  const { written, deleted } = resource;
  const exists = existence(resource);
  const clientName = clientNameOf(resource);
  return {
    namespace: client.namespace,
    client: client.client,
    ...(clientName !== undefined && { clientName }),
    source: client.source?.source ?? '',
    presence: presence.presence,
    ...(presence.since !== undefined && { since: formatTime(presence.since) }),
    offlineConfirmed: presence.offlineConfirmed,
    ...(presence.presence === 'offline' && presence.latestEnding && { disconnectionReason: presence.latestEnding.reason }),
    connectedSessions: presence.connectedSessions,
    sessions: client.sessions.map(({ session }) => session),
    exists,
    ...(written && {
      state: written.state,
      attributes: written.attributes,
      createdOn: formatTime(written.createdOn),
      updatedOn: formatTime(written.updatedOn),
    }),
    ...(exists === 'no' && deleted && { deletedAt: formatTime(deleted.time) }),
    offset: client.offset.toString(),
  };
}

/** One of the client's sessions as people see it. */
export function sessionSnapshot({ namespace, client }: ClientState, state: SessionState): SessionSnapshot {
  const { connected, ending, counterRestarted } = state.conclusion;
  const shown = ending ?? connected;
  if (shown === undefined) throw new TypeError('a conclusion holds a connection or an ending');
  return {
    namespace,
    client,
    session: state.session,
    status: ending === undefined ? 'connected' : 'disconnected',
    since: formatTime(shown.time),
    sequenceNumber: shown.sequenceNumber.toString(),
    ...(connected && { connectedAt: formatTime(connected.time) }),
    ...(ending && { disconnectedAt: formatTime(ending.time), disconnectionReason: ending.reason }),
    counterRestarted,
    offset: state.offset.toString(),
  };
}

/** Snapshots as JSON, each made once: within a batch, a change and the state that it led to hold the same. */
export class SnapshotTexts {
  readonly #texts = new Map<ClientState | SessionState, string>();

  client(client: ClientState): string {
    return this.#texts.get(client) ?? this.#remember(client, clientSnapshot(client));
  }

  session(client: ClientState, state: SessionState): string {
    return this.#texts.get(state) ?? this.#remember(state, sessionSnapshot(client, state));
  }

  #remember(state: ClientState | SessionState, snapshot: ClientSnapshot | SessionSnapshot): string {
    const text = stringifyJson(snapshot);
    this.#texts.set(state, text);
    return text;
  }
}
