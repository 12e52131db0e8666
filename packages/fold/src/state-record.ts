import {
  FOLD_VERSION,
  formatTime,
  type SessionOfVersion1,
  type StateMemoryJson,
  type StateRecord,
  type StoredSession,
  stringifyJson,
  type Time,
  toClientKey,
} from '@rollcall/schema';
import { type ClientState, type RememberedSession, restoreClient } from './client.ts';
import type { FoldSettings } from './settings.ts';
import { clientText, sessionMembers } from './snapshot.ts';
import { decodeSession, encodeSession } from './stored-session.ts';

/** The client's record in `rollcall.state`: its snapshot for readers, its memory and its sessions for whoever folds on from here. */
export function encodeState(client: ClientState, partition: number): string {
  return stateParts(client, partition).join('');
}

/** The same in parts, for whoever writes them one after the other. */
export function stateParts(client: ClientState, partition: number): readonly string[] {
  const position = `{"partition":${partition},"offset":"${client.offset}"}`;
  return [
    `{"foldVersion":${FOLD_VERSION},"position":${position},"client":`,
    clientText(client),
    ',"memory":',
    stringifyJson(encodeMemory(client)),
    ',"sessions":',
    stringifyJson(storedSessions(client)),
    '}',
  ];
}

/** What is remembered besides the sessions, as JSON: equal memories give equal JSON, whatever the order of their events. What is undefined is not
 *  in it. */
export function encodeMemory({ source, confirmedUpTo, forgotten, resource }: ClientState): StateMemoryJson {
  const { written, deleted } = resource;
  return {
    source: source && { time: formatTime(source.time), source: source.source },
    confirmedUpTo: encodeTime(confirmedUpTo),
    forgottenUpTo: encodeTime(forgotten?.upTo),
    forgottenConnected: encodeTime(forgotten?.connected),
    written: written && {
      ...written,
      updatedOn: formatTime(written.updatedOn),
      time: formatTime(written.time),
      createdOn: formatTime(written.createdOn),
    },
    deleted: deleted && { ...deleted, time: formatTime(deleted.time) },
  };
}

/** The sessions as they are stored, in the order of their names' UTF-8 bytes. */
export function storedSessions(client: ClientState): StoredSession[] {
  return client.sessions.map((session) => encodeSession(sessionMembers(client, session), session));
}

/** The client that a record of `rollcall.state` describes. Throws where a time in it is none. */
export function decodeState(record: StateRecord, settings: FoldSettings): ClientState {
  const { position, client, memory } = record;
  const { written, deleted, source, confirmedUpTo, forgottenUpTo, forgottenConnected } = memory;
  return restoreClient(
    toClientKey(client.namespace, client.client),
    {
      source,
      confirmedUpTo,
      sessions: 'sessions' in record ? record.sessions.map(decodeSession) : record.memory.sessions.map(decodeVersion1),
      forgotten: forgottenUpTo === undefined ? undefined : { upTo: forgottenUpTo, connected: forgottenConnected },
      resource: { ...(written && { written }), ...(deleted && { deleted }) },
    },
    position.offset,
    settings,
  );
}

function decodeVersion1(stored: SessionOfVersion1): RememberedSession {
  const { session, offset, latestConnected, newestConnected, latestDisconnected, newestDisconnected } = stored;
  const latest = latestConnected && { sequenceNumber: latestConnected.sequenceNumber, time: latestConnected.time };
  const memory = {
    latestConnected: latest,
    firstTime: latestConnected?.firstTime,
    newestConnected: newestConnected ?? latest,
    latestDisconnected,
    newestDisconnected: newestDisconnected ?? latestDisconnected,
  };
  return { session, memory, forgottenUpTo: undefined, offset };
}

function encodeTime(time: Time | undefined): string | undefined {
  return time === undefined ? undefined : formatTime(time);
}
