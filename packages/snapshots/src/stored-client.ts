import { type ClientState, clientSnapshot, type FoldSettings, pendingEnding, unseenClient } from '@rollcall/fold';
import type { ClientSnapshot } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import { decodeClientSnapshot, decodeClientState, encodeClient, parseClient } from './client-codec.ts';
import { type ClientId, scoreOf } from './keys.ts';

/** A client as it stands in Redis: its state, and what the indexes hold of it. */
export interface StoredClient {
  readonly key: string;
  readonly client: ClientState;
  /** Length of its JSON, in characters. */
  readonly length: number;
  /** Undefined: it is in none, for nothing is stored of it. */
  readonly bucket: string | undefined;
  /** In the order of since. */
  readonly score: number;
  /** Whether it has a deadline. */
  readonly pending: boolean;
}

/** A client of which nothing is stored. */
export function notStored(key: string, { namespace, client }: ClientId): StoredClient {
  return { key, client: unseenClient(namespace, client), length: 0, bucket: undefined, score: 0, pending: false };
}

/** `text` is its JSON, `sources` the full path of each source by id. */
export function readStored(
  key: string,
  id: ClientId,
  text: string,
  sources: ReadonlyMap<string, string>,
  settings: FoldSettings,
): StoredClient {
  const json = parseClient(text);
  const snapshot = decodeClientSnapshot(id, json, sources);
  const client = decodeClientState(snapshot, json, settings);
  const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
  return storedAs(key, client, snapshot, text, pending);
}

/** A client as it is to be stored, with its JSON. */
export function toStore(client: ClientState, key: string, pending: boolean): { readonly stored: StoredClient; readonly text: string } {
  const snapshot = clientSnapshot(client);
  const text = encodeClient(snapshot, client);
  return { stored: storedAs(key, client, snapshot, text, pending), text };
}

function storedAs(key: string, client: ClientState, snapshot: ClientSnapshot, text: string, pending: boolean): StoredClient {
  return { key, client, length: text.length, bucket: bucketOf(snapshot), score: scoreOf(client.presence.since), pending };
}
