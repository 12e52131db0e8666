import { FOLD_VERSION, formatTime, type StateMemoryJson, type StateRecord, stringifyJson, type Time, toClientKey } from '@rollcall/schema';
import { type ClientState, type RememberedSession, restoreClient } from './client.ts';
import { type Connected, type Disconnected, type SessionMemory, sameConnected, sameDisconnected } from './session-memory.ts';
import type { FoldSettings } from './settings.ts';
import { clientText, sessionText } from './snapshot.ts';

/** The client's record in `rollcall.state`: its snapshots for readers, its memory for whoever folds on from here. */
export function encodeState(client: ClientState, partition: number): string {
  return stateParts(client, partition).join('');
}

/** The same in parts, for whoever writes them one after the other. */
export function stateParts(client: ClientState, partition: number): readonly string[] {
  const position = `{"partition":${partition},"offset":"${client.offset}"}`;
  const parts = [`{"foldVersion":${FOLD_VERSION},"position":${position},"client":`, clientText(client)];
  let before = ',"sessions":[';
  for (const state of client.sessions) {
    parts.push(before, sessionText(client, state));
    before = ',';
  }
  if (client.sessions.length === 0) parts.push(before);
  parts.push('],"memory":', stringifyJson(encodeMemory(client)), '}');
  return parts;
}

/** What is remembered, as JSON: equal memories give equal JSON, whatever the order of their events. What is undefined is not in it. */
export function encodeMemory({ source, confirmedUpTo, forgotten, resource, sessions }: ClientState): StateMemoryJson {
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
    sessions: sessions.map(encodeSession),
  };
}

function encodeSession({ session, memory, forgottenUpTo, offset }: RememberedSession): StateMemoryJson['sessions'][number] {
  const { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected } = memory;
  const newestConnectedIsOther = !sameConnected(newestConnected, latestConnected);
  const newestDisconnectedIsOther = !sameDisconnected(newestDisconnected, latestDisconnected);
  return {
    session,
    offset: offset.toString(),
    forgottenUpTo: encodeTime(forgottenUpTo),
    latestConnected: latestConnected && firstTime !== undefined ? encodeLatest(latestConnected, firstTime) : undefined,
    newestConnected: newestConnected && newestConnectedIsOther ? encodeConnected(newestConnected) : undefined,
    latestDisconnected: latestDisconnected && encodeDisconnected(latestDisconnected),
    newestDisconnected: newestDisconnected && newestDisconnectedIsOther ? encodeDisconnected(newestDisconnected) : undefined,
  };
}

/** The client that a record of `rollcall.state` describes. */
export function decodeState({ position, client, memory }: StateRecord, settings: FoldSettings): ClientState {
  const { written, deleted, sessions, source, confirmedUpTo, forgottenUpTo, forgottenConnected } = memory;
  return restoreClient(
    toClientKey(client.namespace, client.client),
    {
      source,
      confirmedUpTo,
      sessions: sessions.map(decodeRemembered),
      forgotten: forgottenUpTo && { upTo: forgottenUpTo, connected: forgottenConnected },
      resource: { ...(written && { written }), ...(deleted && { deleted }) },
    },
    position.offset,
    settings,
  );
}

type StoredSession = StateRecord['memory']['sessions'][number];

function decodeRemembered({ session, offset, forgottenUpTo, ...registers }: StoredSession): RememberedSession {
  return { session, memory: decodeMemory(registers), forgottenUpTo, offset };
}

type StoredRegisters = Omit<StoredSession, 'session' | 'offset' | 'forgottenUpTo'>;

function decodeMemory({ latestConnected, newestConnected, latestDisconnected, newestDisconnected }: StoredRegisters): SessionMemory {
  const latest = latestConnected && { sequenceNumber: latestConnected.sequenceNumber, time: latestConnected.time };
  return {
    latestConnected: latest,
    firstTime: latestConnected?.firstTime,
    newestConnected: newestConnected ?? latest,
    latestDisconnected,
    newestDisconnected: newestDisconnected ?? latestDisconnected,
  };
}

function encodeTime(time: Time | undefined): string | undefined {
  return time === undefined ? undefined : formatTime(time);
}

function encodeConnected({ sequenceNumber, time }: Connected) {
  return { sequenceNumber: sequenceNumber.toString(), time: formatTime(time) };
}

function encodeLatest({ sequenceNumber, time }: Connected, firstTime: Time) {
  return { sequenceNumber: sequenceNumber.toString(), time: formatTime(time), firstTime: formatTime(firstTime) };
}

function encodeDisconnected({ sequenceNumber, time, reason }: Disconnected) {
  return { sequenceNumber: sequenceNumber.toString(), time: formatTime(time), reason };
}
