import { type ClientState, clientMembers, type FoldSettings, type MembersOf, pendingEnding, unseenClient } from '@rollcall/fold';
import type { ClientKey, ClientSnapshot } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import { decodeClientSnapshot, decodeClientState, encodeClient, parseClient } from './client-codec.ts';
import { scoreOf } from './keys.ts';

/** A client as it stands in Redis. */
export interface StoredClient {
  readonly client: ClientState;
  /** Length of its JSON, in characters. */
  readonly length: number;
  readonly entries: ClientEntries;
}

/** What Redis holds of a client beside its JSON, in indexes, counts, deadlines and sources. */
export interface ClientEntries {
  /** Undefined: it is in none, for nothing is stored of it. */
  readonly bucket: string | undefined;
  /** In the order of since. */
  readonly score: number;
  /** Whether it has a deadline. */
  readonly pending: boolean;
  /** Its full path. */
  readonly source: string | undefined;
}

const NO_ENTRIES: ClientEntries = { bucket: undefined, score: 0, pending: false, source: undefined };

/** A client of which nothing is stored. */
export function notStored({ key, namespace, client }: ClientKey): StoredClient {
  return { client: unseenClient(namespace, client, key), length: 0, entries: NO_ENTRIES };
}

/** `text` is its JSON, `sources` the full path of each source by id. */
export function readStored(id: ClientKey, text: string, sources: ReadonlyMap<string, string>, settings: FoldSettings): StoredClient {
  const json = parseClient(text);
  const snapshot = decodeClientSnapshot(id, json, sources);
  const client = decodeClientState(id, snapshot, json, settings);
  const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
  return storedAs(client, snapshot, text, pending);
}

/** A client as it is to be stored, with its JSON. */
export function toStore(client: ClientState, pending: boolean): { readonly stored: StoredClient; readonly text: string } {
  const snapshot = clientMembers(client);
  const text = encodeClient(snapshot, client);
  return { stored: storedAs(client, snapshot, text, pending), text };
}

function storedAs(client: ClientState, snapshot: ClientSnapshot | MembersOf<ClientSnapshot>, text: string, pending: boolean): StoredClient {
  const entries = { bucket: bucketOf(snapshot), score: scoreOf(client.presence.since), pending, source: client.source?.source };
  return { client, length: text.length, entries };
}
