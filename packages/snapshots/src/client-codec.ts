import { createHash } from 'node:crypto';
import {
  type ClientMemory,
  type ClientState,
  decodeOffset,
  decodeSession,
  type FoldSettings,
  type MembersOf,
  type RememberedSession,
  type ResourceMemory,
  restoreClient,
  storedSessions,
  type Written,
} from '@rollcall/fold';
import {
  type Attributes,
  type ClientKey,
  type ClientSnapshot,
  type Existence,
  formatTime,
  jsonInteger,
  type Presence,
  parseJson,
  readTime,
  type StoredOffset,
  type StoredSession,
  stringifyJson,
  type Time,
} from '@rollcall/schema';
import { LRUCache } from 'lru-cache';
import type { ClientId } from './keys.ts';

/** A client as Redis holds it, JSON: of its snapshot what neither its key nor another member says, what the fold remembers beyond it, and its
 *  sessions. `source` comes first: READ_CLIENTS looks for it there.
 *
 *  - `head`, `rememberedSessions` where the whole is longer than HEAD_BYTES: how many bytes there are from here to the comma before `sessions`,
 *    which come last, and how many sessions they are. Whoever shows none of them reads no further
 *  - `source` is an id of the partition's `sources`; `sourceTime` where it is not the newest time of all that is remembered
 *  - `offlineConfirmed` where true; `confirmedUpTo` where it is not since of a client that is confirmed
 *  - `connectedSessions` where it is not 1 of a client that is online, else 0
 *  - `clientName` where it is not `client`; `updatedOn` where it is not createdOn
 *  - `exists` where it is not yes of a client with a state, else unknown
 *  - `written` of the newest CreatedOrUpdated: ticks from updatedOn to its time, and its id
 *  - `forgottenUpTo`, `forgottenConnected` of the sessions that were forgotten
 *  - `deletedTime`, `deletedId`, `deletedName` of the newest Deleted: time and name where deletedAt and clientName do not say them */
export interface ClientJson {
  readonly source?: string | undefined;
  readonly head?: number | undefined;
  readonly rememberedSessions?: number | undefined;
  readonly presence: Presence;
  readonly since?: string | undefined;
  readonly offlineConfirmed?: true | undefined;
  readonly disconnectionReason?: string | undefined;
  readonly connectedSessions?: number | undefined;
  readonly exists?: Existence | undefined;
  readonly state?: string | undefined;
  readonly attributes?: Attributes | undefined;
  readonly clientName?: string | undefined;
  readonly createdOn?: string | undefined;
  readonly updatedOn?: string | undefined;
  readonly deletedAt?: string | undefined;
  readonly offset: StoredOffset;
  readonly sourceTime?: string | undefined;
  readonly written?: string | undefined;
  readonly deletedTime?: string | undefined;
  readonly deletedId?: string | undefined;
  readonly deletedName?: string | undefined;
  readonly confirmedUpTo?: string | undefined;
  readonly forgottenUpTo?: string | undefined;
  readonly forgottenConnected?: string | undefined;
  readonly sessions: readonly StoredSession[];
}

/** `snapshot` is that of the state. */
export function encodeClient(snapshot: MembersOf<ClientSnapshot>, state: ClientState): string {
  const stored = storedOf(snapshot, state);
  const text = stringifyJson(stored);
  return Buffer.byteLength(text) <= HEAD_BYTES ? text : withHead(stored);
}

function withHead({ source, sessions, ...client }: ClientJson): string {
  const head = stringifyJson({ rememberedSessions: sessions.length, ...client }).slice(1, -1);
  const first = source === undefined ? '' : `"source":"${source}",`;
  return `{${first}"head":${Buffer.byteLength(head)},${head},"sessions":${stringifyJson(sessions)}}`;
}

/** What a page reads of each client, in bytes. */
export const HEAD_BYTES = 4_096;

/** A client without its sessions from the first HEAD_BYTES of its JSON; undefined where these are not enough. */
export function parseHead(bytes: Buffer): ClientJson | undefined {
  if (bytes.length < HEAD_BYTES) return parseClient(bytes.toString());
  const start = HEAD.exec(bytes.toString('latin1', 0, 64));
  if (start === null) return undefined;
  const end = start[0].length + Number(start[1]);
  return end > bytes.length ? undefined : parseClient(`${bytes.toString('utf8', 0, end)},"sessions":[]}`);
}

const HEAD = /^\{(?:"source":"[^"]*",)?"head":(\d+),/;

export function parseClient(text: string): ClientJson {
  return parseJson(text) as ClientJson;
}

function storedOf(snapshot: MembersOf<ClientSnapshot>, state: ClientState): ClientJson {
  const { presence, since, offlineConfirmed, connectedSessions, clientName, exists, createdOn, updatedOn, deletedAt } = snapshot;
  const { source, resource, forgotten } = state;
  const { written, deleted } = resource;
  const confirmed = encodeTime(state.confirmedUpTo);
  return {
    source: source && sourceId(source.source),
    presence,
    since,
    offlineConfirmed: offlineConfirmed || undefined,
    disconnectionReason: snapshot.disconnectionReason,
    connectedSessions: connectedSessions === usualSessions(presence) ? undefined : connectedSessions,
    exists: exists === usualExistence(snapshot.state) ? undefined : exists,
    state: snapshot.state,
    attributes: snapshot.attributes,
    clientName: clientName === state.client ? undefined : clientName,
    createdOn,
    updatedOn: updatedOn === createdOn ? undefined : updatedOn,
    deletedAt,
    offset: jsonInteger(state.offset),
    sourceTime: source && source.time !== newestTime(resource, state.sessions) ? formatTime(source.time) : undefined,
    written: written && `${written.time - written.updatedOn} ${written.id}`,
    deletedTime: deleted && deletedAt === undefined ? formatTime(deleted.time) : undefined,
    deletedId: deleted?.id,
    deletedName: deleted && deleted.clientName !== clientName ? deleted.clientName : undefined,
    confirmedUpTo: offlineConfirmed && confirmed === since ? undefined : confirmed,
    forgottenUpTo: encodeTime(forgotten?.upTo),
    forgottenConnected: encodeTime(forgotten?.connected),
    sessions: storedSessions(state),
  };
}

/** A source's path is long, and the same for a whole namespace: clients hold eleven characters of its SHA-256 instead. */
export function sourceId(source: string): string {
  return sourceIds.memo(source);
}

const sourceIds = new LRUCache<string, string>({
  max: 1_000,
  memoMethod: (source) => createHash('sha256').update(source).digest('base64url').slice(0, 11),
});

/** `sources` is the full path of each source by id, as the partition's `sources` has it. */
export function decodeClientSnapshot({ namespace, client }: ClientId, stored: ClientJson, sources: Sources): ClientSnapshot {
  const { presence, since, offlineConfirmed = false, disconnectionReason, connectedSessions = usualSessions(presence) } = stored;
  const { state, exists = usualExistence(state), attributes, createdOn, updatedOn = createdOn, deletedAt, offset } = stored;
  const clientName = nameOf(client, stored);
  return {
    namespace,
    client,
    ...(clientName !== undefined && { clientName }),
    source: sources.get(stored.source ?? '') ?? '',
    presence,
    ...(since !== undefined && { since }),
    offlineConfirmed,
    ...(disconnectionReason !== undefined && { disconnectionReason }),
    connectedSessions,
    rememberedSessions: stored.rememberedSessions ?? stored.sessions.length,
    exists,
    ...(state !== undefined && { state }),
    ...(attributes !== undefined && { attributes }),
    ...(createdOn !== undefined && { createdOn }),
    ...(updatedOn !== undefined && { updatedOn }),
    ...(deletedAt !== undefined && { deletedAt }),
    offset: decodeOffset(offset),
  };
}

type Sources = ReadonlyMap<string, string>;

/** The state that the projector folds on from. `source` is the full path of its source. */
export function decodeClientState(id: ClientKey, stored: ClientJson, source = '', settings: FoldSettings): ClientState {
  const { offset } = stored;
  const resource = decodeResource(id, stored);
  const sessions = stored.sessions.map(decodeSession);
  const forgottenUpTo = decodeTime(stored.forgottenUpTo);
  const sourceTime = decodeTime(stored.sourceTime) ?? newestTime(resource, sessions);
  const memory: ClientMemory = {
    source: stored.source !== undefined && sourceTime !== undefined ? { time: sourceTime, source } : undefined,
    confirmedUpTo: decodeTime(confirmedUpToOf(stored)),
    forgotten: forgottenUpTo === undefined ? undefined : { upTo: forgottenUpTo, connected: decodeTime(stored.forgottenConnected) },
    resource,
    sessions,
  };
  return restoreClient(id, memory, BigInt(offset), settings);
}

function decodeResource({ client }: ClientKey, stored: ClientJson): ResourceMemory {
  const clientName = nameOf(client, stored) ?? '';
  const { deletedId, deletedName = clientName } = stored;
  const deletedTime = decodeTime(stored.deletedTime ?? stored.deletedAt);
  return {
    written: decodeWritten(clientName, stored),
    deleted:
      deletedTime !== undefined && deletedId !== undefined ? { time: deletedTime, id: deletedId, clientName: deletedName } : undefined,
  };
}

function decodeWritten(clientName: string, stored: ClientJson): Written | undefined {
  const { state = '', attributes = {}, written = '' } = stored;
  const createdOn = decodeTime(stored.createdOn);
  const updatedOn = decodeTime(stored.updatedOn ?? stored.createdOn);
  if (createdOn === undefined || updatedOn === undefined) return undefined;
  const space = written.indexOf(' ');
  const time = (updatedOn + BigInt(written.slice(0, space))) as Time;
  return { updatedOn, time, id: written.slice(space + 1), createdOn, clientName, state, attributes };
}

function nameOf(client: string, { clientName, state, exists = usualExistence(state) }: ClientJson): string | undefined {
  return clientName ?? (exists === 'unknown' ? undefined : client);
}

export function connectedSessionsOf({ presence, connectedSessions = usualSessions(presence) }: ClientJson): number {
  return connectedSessions;
}

export function existenceOf({ state, exists = usualExistence(state) }: ClientJson): Existence {
  return exists;
}

export function confirmedUpToOf({ confirmedUpTo, offlineConfirmed, since }: ClientJson): string | undefined {
  return confirmedUpTo ?? (offlineConfirmed ? since : undefined);
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

function encodeTime(time: Time | undefined): string | undefined {
  return time === undefined ? undefined : formatTime(time);
}
