import { type ClientState, clientSnapshot, type FoldSettings, pendingEnding, sessionSnapshot, unseenClient } from '@rollcall/fold';
import { timeToMilliseconds } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import { decodeClientSnapshot, decodeClientState, encodeClient } from './client-codec.ts';
import type { ClientFields, Fields } from './fields.ts';
import type { ClientId } from './keys.ts';
import { encodeSession } from './session-codec.ts';

/** A client as it stands in Redis: its state, and what its hashes and the indexes hold of it. */
export interface StoredClient {
  readonly client: ClientState;
  readonly fields: Fields;
  /** In the order of the client's sessions. */
  readonly sessions: readonly Fields[];
  /** Undefined: it is in none, for nothing is stored of it. */
  readonly bucket: string | undefined;
  /** Where it stands in the order of since: milliseconds, 0 if since is unknown. */
  readonly score: number;
  /** Whether it has a deadline. */
  readonly pending: boolean;
}

/** A client of which nothing is stored. */
export function notStored({ namespace, client }: ClientId): StoredClient {
  return { client: unseenClient(namespace, client), fields: {}, sessions: [], bucket: undefined, score: 0, pending: false };
}

export function readStored(id: ClientId, found: ClientFields, settings: FoldSettings): StoredClient {
  const snapshot = decodeClientSnapshot(id, found.fields, found.source);
  const client = decodeClientState(snapshot, found, settings);
  const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
  return { client, fields: found.fields, sessions: found.sessions, bucket: bucketOf(snapshot), score: scoreOf(client), pending };
}

/** A client as it is to be stored, in place of what is there. What both have alike is taken over, not encoded again. */
export function toStore(client: ClientState, pending: boolean, before: StoredClient): StoredClient {
  const snapshot = clientSnapshot(client);
  const known = sessionsOf(before);
  const sessions = client.sessions.map((state) => {
    const stored = known.get(state.session);
    return stored?.state === state ? stored.fields : encodeSession(sessionSnapshot(client, state), state);
  });
  return { client, fields: encodeClient(snapshot, client), sessions, bucket: bucketOf(snapshot), score: scoreOf(client), pending };
}

/** By name. */
export function sessionsOf({ client, sessions }: StoredClient) {
  return new Map(client.sessions.map((state, at) => [state.session, { state, fields: sessions[at] ?? {} }] as const));
}

function scoreOf({ presence: { since } }: ClientState): number {
  return since === undefined ? 0 : timeToMilliseconds(since);
}
