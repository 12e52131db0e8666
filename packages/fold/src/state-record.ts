import { clientKey, FOLD_VERSION, formatTime, type StateMemoryJson, type StateRecord, stringifyJson } from '@rollcall/schema';
import { type ClientState, restoreClient } from './client.ts';
import { type Connected, type Disconnected, type SessionMemory, sameConnected, sameDisconnected } from './session-memory.ts';
import type { FoldSettings } from './settings.ts';
import { SnapshotTexts } from './snapshot.ts';

/** The client's record in `rollcall.state`: its snapshots for readers, its memory for whoever folds on from here. */
export function encodeState(client: ClientState, partition: number): string {
  return stateParts(client, partition, new SnapshotTexts()).join('');
}

/** The same in parts, for whoever writes them one after the other. */
export function stateParts(client: ClientState, partition: number, texts: SnapshotTexts): readonly string[] {
  const position = `{"partition":${partition},"offset":"${client.offset}"}`;
  const sessions = client.sessions.flatMap((state, at) =>
    at === 0 ? [texts.session(client, state)] : [',', texts.session(client, state)],
  );
  return [
    `{"foldVersion":${FOLD_VERSION},"position":${position},"client":`,
    texts.client(client),
    ',"sessions":[',
    ...sessions,
    '],"memory":',
    stringifyJson(encodeMemory(client)),
    '}',
  ];
}

/** What is remembered, as JSON: equal memories give equal JSON, whatever the order of their events. */
export function encodeMemory({ source, confirmedUpTo, resource, sessions }: ClientState): StateMemoryJson {
  const { written, deleted } = resource;
  return {
    ...(source && { source: { time: formatTime(source.time), source: source.source } }),
    ...(confirmedUpTo !== undefined && { confirmedUpTo: formatTime(confirmedUpTo) }),
    ...(written && {
      written: {
        ...written,
        updatedOn: formatTime(written.updatedOn),
        time: formatTime(written.time),
        createdOn: formatTime(written.createdOn),
      },
    }),
    ...(deleted && { deleted: { ...deleted, time: formatTime(deleted.time) } }),
    sessions: sessions.map(({ session, memory, offset }) => ({
      session,
      offset: offset.toString(),
      ...encodeSession(memory),
    })),
  };
}

function encodeSession({ latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected }: SessionMemory) {
  return {
    ...(latestConnected &&
      firstTime !== undefined && { latestConnected: { ...encode(latestConnected), firstTime: formatTime(firstTime) } }),
    ...(newestConnected && !sameConnected(newestConnected, latestConnected) && { newestConnected: encode(newestConnected) }),
    ...(latestDisconnected && { latestDisconnected: encodeDisconnected(latestDisconnected) }),
    ...(newestDisconnected &&
      !sameDisconnected(newestDisconnected, latestDisconnected) && { newestDisconnected: encodeDisconnected(newestDisconnected) }),
  };
}

/** The client that a record of `rollcall.state` describes. */
export function decodeState({ position, client, memory }: StateRecord, settings: FoldSettings): ClientState {
  const { written, deleted, sessions, source, confirmedUpTo } = memory;
  return restoreClient(
    { key: clientKey(client.namespace, client.client), namespace: client.namespace, client: client.client },
    {
      source,
      confirmedUpTo,
      sessions: sessions.map(({ session, offset, ...registers }) => ({ session, offset, memory: decodeSession(registers) })),
      resource: { ...(written && { written }), ...(deleted && { deleted }) },
    },
    position.offset,
    settings,
  );
}

type StoredSession = Omit<StateRecord['memory']['sessions'][number], 'session' | 'offset'>;

function decodeSession({ latestConnected, newestConnected, latestDisconnected, newestDisconnected }: StoredSession): SessionMemory {
  const latest = latestConnected && { sequenceNumber: latestConnected.sequenceNumber, time: latestConnected.time };
  return {
    latestConnected: latest,
    firstTime: latestConnected?.firstTime,
    newestConnected: newestConnected ?? latest,
    latestDisconnected,
    newestDisconnected: newestDisconnected ?? latestDisconnected,
  };
}

function encode({ sequenceNumber, time }: Connected) {
  return { sequenceNumber: sequenceNumber.toString(), time: formatTime(time) };
}

function encodeDisconnected(disconnected: Disconnected) {
  return { ...encode(disconnected), reason: disconnected.reason };
}
