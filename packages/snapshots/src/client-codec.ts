import { createHash } from 'node:crypto';
import {
  type ClientMemory,
  type ClientState,
  type FoldSettings,
  type RememberedSession,
  type ResourceMemory,
  restoreClient,
} from '@rollcall/fold';
import {
  type Attributes,
  type ClientSnapshot,
  type Existence,
  formatTime,
  type Presence,
  parseJson,
  readTime,
  stringifyJson,
  type Time,
} from '@rollcall/schema';
import { LRUCache } from 'lru-cache';
import { type ClientFields, type Fields, present } from './fields.ts';
import type { ClientId } from './keys.ts';
import { decodeSession } from './session-codec.ts';

/** The client's hash: of the snapshot what neither its key nor another field says, and what the fold remembers beyond it.
 *
 *  - `source` is an id of the partition's `sources`; `sourceTime` where it is not the newest time of all that is remembered
 *  - `offlineConfirmed` where true; `confirmedUpTo` where it is not since of a client that is confirmed
 *  - `connectedSessions` where it is not 1 of a client that is online, else 0
 *  - `clientName` where it is not `client`; `updatedOn` where it is not createdOn
 *  - `exists` where it is not yes of a client with a state, else unknown
 *  - `written` of the newest CreatedOrUpdated: ticks from updatedOn to its time, and its id
 *  - `deletedTime`, `deletedId`, `deletedName` of the newest Deleted: time and name where deletedAt and clientName do not say them */
export function encodeClient(snapshot: ClientSnapshot, { client, source, resource, confirmedUpTo, sessions }: ClientState): Fields {
  const { presence, since, offlineConfirmed, connectedSessions, clientName, exists, state, createdOn, updatedOn, deletedAt } = snapshot;
  const { written, deleted } = resource;
  const confirmed = confirmedUpTo === undefined ? undefined : formatTime(confirmedUpTo);
  return present({
    clientName: clientName === client ? undefined : clientName,
    source: source && sourceId(source.source),
    presence,
    since,
    offlineConfirmed: offlineConfirmed ? 'true' : undefined,
    disconnectionReason: snapshot.disconnectionReason,
    connectedSessions: connectedSessions === usualSessions(presence) ? undefined : String(connectedSessions),
    sessions: JSON.stringify(snapshot.sessions),
    exists: exists === usualExistence(state) ? undefined : exists,
    state,
    attributes: snapshot.attributes && stringifyJson(snapshot.attributes),
    createdOn,
    updatedOn: updatedOn === createdOn ? undefined : updatedOn,
    deletedAt,
    offset: snapshot.offset,
    sourceTime: source && source.time !== newestTime(resource, sessions) ? formatTime(source.time) : undefined,
    written: written && `${written.time - written.updatedOn} ${written.id}`,
    deletedTime: deleted && deletedAt === undefined ? formatTime(deleted.time) : undefined,
    deletedId: deleted?.id,
    deletedName: deleted && deleted.clientName !== clientName ? deleted.clientName : undefined,
    confirmedUpTo: offlineConfirmed && confirmed === since ? undefined : confirmed,
  });
}

/** A source's path is long, and the same for a whole namespace: clients hold eleven characters of its SHA-256 instead. */
export function sourceId(source: string): string {
  return sourceIds.memo(source);
}

const sourceIds = new LRUCache<string, string>({
  max: 1_000,
  memoMethod: (source) => createHash('sha256').update(source).digest('base64url').slice(0, 11),
});

/** `source` is the full path, as the partition's `sources` has it. */
export function decodeClientSnapshot({ namespace, client }: ClientId, fields: Fields, source: string): ClientSnapshot {
  const { since, disconnectionReason, connectedSessions, state, attributes, createdOn, updatedOn = createdOn, deletedAt } = fields;
  const presence = fields['presence'] as Presence;
  const exists = (fields['exists'] as Existence | undefined) ?? usualExistence(state);
  const clientName = fields['clientName'] ?? (exists === 'unknown' ? undefined : client);
  return {
    namespace,
    client,
    ...(clientName !== undefined && { clientName }),
    source,
    presence,
    ...(since !== undefined && { since }),
    offlineConfirmed: fields['offlineConfirmed'] === 'true',
    ...(disconnectionReason !== undefined && { disconnectionReason }),
    connectedSessions: connectedSessions === undefined ? usualSessions(presence) : Number(connectedSessions),
    sessions: JSON.parse(fields['sessions'] ?? '[]'),
    exists,
    ...(state !== undefined && { state }),
    ...(attributes !== undefined && { attributes: parseJson(attributes) as Attributes }),
    ...(createdOn !== undefined && { createdOn }),
    ...(updatedOn !== undefined && { updatedOn }),
    ...(deletedAt !== undefined && { deletedAt }),
    offset: fields['offset'] ?? '',
  };
}

/** The state that the projector folds on from. `snapshot` is what `fields` decode to. */
export function decodeClientState(
  snapshot: ClientSnapshot,
  { fields, source, sessions }: ClientFields,
  settings: FoldSettings,
): ClientState {
  const id = { namespace: snapshot.namespace, client: snapshot.client };
  const resource = decodeResource(snapshot, fields);
  const remembered = snapshot.sessions.map((session, at) => decodeSession({ ...id, session }, sessions[at] ?? {}));
  const sourceTime = decodeTime(fields['sourceTime']) ?? newestTime(resource, remembered);
  const confirmedUpTo = decodeTime(fields['confirmedUpTo'] ?? (snapshot.offlineConfirmed ? snapshot.since : undefined));
  const memory: ClientMemory = {
    ...(fields['source'] !== undefined && sourceTime !== undefined && { source: { time: sourceTime, source } }),
    ...(confirmedUpTo !== undefined && { confirmedUpTo }),
    resource,
    sessions: remembered,
  };
  return restoreClient(id, memory, BigInt(snapshot.offset), settings);
}

function decodeResource(snapshot: ClientSnapshot, fields: Fields): ResourceMemory {
  const { clientName = '', state = '', attributes = {} } = snapshot;
  const { deletedId, deletedName = clientName } = fields;
  const [, delay = '', writtenId = ''] = /^(\S+) (.*)$/s.exec(fields['written'] ?? '') ?? [];
  const createdOn = decodeTime(snapshot.createdOn);
  const updatedOn = decodeTime(snapshot.updatedOn);
  const deletedTime = decodeTime(fields['deletedTime'] ?? snapshot.deletedAt);
  return {
    ...(createdOn !== undefined &&
      updatedOn !== undefined && {
        written: { updatedOn, time: (updatedOn + BigInt(delay)) as Time, id: writtenId, createdOn, clientName, state, attributes },
      }),
    ...(deletedTime !== undefined && deletedId !== undefined && { deleted: { time: deletedTime, id: deletedId, clientName: deletedName } }),
  };
}

/** What goes without saying. */
function usualSessions(presence: Presence): number {
  return presence === 'online' ? 1 : 0;
}

function usualExistence(state: string | undefined): Existence {
  return state === undefined ? 'unknown' : 'yes';
}

/** The newest event among those that are remembered is mostly the newest there was. */
function newestTime({ written, deleted }: ResourceMemory, sessions: readonly RememberedSession[]): Time | undefined {
  let newest = later(written?.time, deleted?.time);
  for (const { memory } of sessions) newest = later(newest, later(memory.newestConnected?.time, memory.newestDisconnected?.time));
  return newest;
}

function later(a: Time | undefined, b: Time | undefined): Time | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function decodeTime(text: string | undefined): Time | undefined {
  return text === undefined ? undefined : readTime(text);
}
