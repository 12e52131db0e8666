import { type ClientSnapshot, formatTime, type SessionSnapshot } from '@rollcall/schema';
import type { ClientState, SessionState } from './client.ts';
import { clientNameOf, existence } from './client-resource.ts';

const clients = new WeakMap<ClientState, ClientSnapshot>();
const sessions = new WeakMap<SessionState, SessionSnapshot>();

/** The client as people see it. Made once of a state: it goes into both derived topics and into Redis. */
export function clientSnapshot(client: ClientState): ClientSnapshot {
  const known = clients.get(client);
  if (known !== undefined) return known;
  const snapshot = snapshotOf(client);
  clients.set(client, snapshot);
  return snapshot;
}

function snapshotOf(client: ClientState): ClientSnapshot {
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
export function sessionSnapshot(client: ClientState, state: SessionState): SessionSnapshot {
  const known = sessions.get(state);
  if (known !== undefined) return known;
  const snapshot = snapshotOfSession(client, state);
  sessions.set(state, snapshot);
  return snapshot;
}

function snapshotOfSession({ namespace, client }: ClientState, state: SessionState): SessionSnapshot {
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
