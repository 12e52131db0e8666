import {
  type ClientState,
  clientSnapshot,
  type FoldSettings,
  pendingEnding,
  type SessionState,
  sessionSnapshot,
  unseenClient,
} from '@rollcall/fold';
import { bucketOf } from './bucket.ts';
import { decodeClientSnapshot, decodeClientState, encodeClient } from './client-codec.ts';
import type { ClientFields, Fields } from './fields.ts';
import { type ClientId, scoreOf } from './keys.ts';
import { encodeSession } from './session-codec.ts';

/** A client as it stands in Redis: its state, and what its hashes and the indexes hold of it. */
export interface StoredClient {
  readonly key: string;
  readonly client: ClientState;
  readonly fields: Fields;
  /** By name. */
  readonly sessions: ReadonlyMap<string, StoredSession>;
  /** Undefined: it is in none, for nothing is stored of it. */
  readonly bucket: string | undefined;
  /** In the order of since. */
  readonly score: number;
  /** Whether it has a deadline. */
  readonly pending: boolean;
}

interface StoredSession {
  readonly state: SessionState;
  readonly fields: Fields;
}

/** A client of which nothing is stored. */
export function notStored(key: string, { namespace, client }: ClientId): StoredClient {
  return { key, client: unseenClient(namespace, client), fields: {}, sessions: new Map(), bucket: undefined, score: 0, pending: false };
}

export function readStored(key: string, id: ClientId, found: ClientFields, settings: FoldSettings): StoredClient {
  const snapshot = decodeClientSnapshot(id, found.fields, found.source);
  const client = decodeClientState(snapshot, found, settings);
  const sessions = new Map(client.sessions.map((state, at) => [state.session, { state, fields: found.sessions[at] ?? {} }]));
  const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
  return { key, client, fields: found.fields, sessions, bucket: bucketOf(snapshot), score: scoreOf(client.presence.since), pending };
}

/** A client as it is to be stored, in place of what is there. What both have alike is taken over, not encoded again. */
export function toStore(client: ClientState, pending: boolean, { key, sessions: known }: StoredClient): StoredClient {
  const snapshot = clientSnapshot(client);
  const sessions = new Map(client.sessions.map((state) => [state.session, sessionToStore(client, state, known.get(state.session))]));
  const fields = encodeClient(snapshot, client);
  return { key, client, fields, sessions, bucket: bucketOf(snapshot), score: scoreOf(client.presence.since), pending };
}

function sessionToStore(client: ClientState, state: SessionState, known: StoredSession | undefined): StoredSession {
  return known?.state === state ? known : { state, fields: encodeSession(sessionSnapshot(client, state), state) };
}
