import { type ClientSnapshot, formatTime, type SessionSnapshot, stringifyJson } from '@rollcall/schema';
import type { ClientState, SessionState } from './client.ts';
import { clientNameOf, existence } from './client-resource.ts';

/** A snapshot with all members that it may have, undefined where absent, which JSON leaves out: objects of one shape are made and read
 *  several times as fast. */
export type MembersOf<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The client as people see it. */
export function clientSnapshot(client: ClientState): ClientSnapshot {
  return present(clientMembers(client));
}

/** One of the client's sessions as people see it. */
export function sessionSnapshot(client: ClientState, state: SessionState): SessionSnapshot {
  return present(sessionMembers(client, state));
}

/** What of it clients are listed and counted by. */
export function clientTraits({ namespace, presence: { presence, offlineConfirmed, latestEnding }, resource }: ClientState) {
  return {
    namespace,
    presence,
    offlineConfirmed,
    disconnectionReason: presence === 'offline' ? latestEnding?.reason : undefined,
    exists: existence(resource),
    state: resource.written?.state,
  };
}

export function clientMembers(client: ClientState): MembersOf<ClientSnapshot> {
  const { presence, resource } = client;
  const { written, deleted } = resource;
  const { namespace, offlineConfirmed, disconnectionReason, exists, state } = clientTraits(client);
  return {
    namespace,
    client: client.client,
    clientName: clientNameOf(resource),
    source: client.source?.source ?? '',
    presence: presence.presence,
    since: presence.since === undefined ? undefined : formatTime(presence.since),
    offlineConfirmed,
    disconnectionReason,
    connectedSessions: presence.connectedSessions,
    rememberedSessions: client.sessions.length,
    exists,
    state,
    attributes: written?.attributes,
    createdOn: written && formatTime(written.createdOn),
    updatedOn: written && formatTime(written.updatedOn),
    deletedAt: exists === 'no' && deleted ? formatTime(deleted.time) : undefined,
    offset: client.offset.toString(),
  };
}

export function sessionMembers({ namespace, client }: ClientState, state: SessionState): MembersOf<SessionSnapshot> {
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
    connectedAt: connected && formatTime(connected.time),
    disconnectedAt: ending && formatTime(ending.time),
    disconnectionReason: ending?.reason,
    counterRestarted,
    offset: state.offset.toString(),
  };
}

/** Those that are not absent. */
function present<T>(members: MembersOf<T>): T {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) shown[name] = value;
  return shown as T;
}

/** The client's snapshot, as JSON. */
export function clientText(client: ClientState): string {
  return stringifyJson(clientMembers(client));
}

/** The snapshot of one of its sessions, as JSON. */
export function sessionText(client: ClientState, state: SessionState): string {
  return stringifyJson(sessionMembers(client, state));
}
