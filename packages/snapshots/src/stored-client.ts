import { type ClientState, clientMembers, clientTraits, type FoldSettings, pendingEnding, unseenClient } from '@rollcall/fold';
import type { ClientKey } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import { decodeClientState, encodeClient, parseClient } from './client-codec.ts';
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
export function notStored(id: ClientKey): StoredClient {
  return { client: unseenClient(id), length: 0, entries: NO_ENTRIES };
}

/** `text` is its JSON, `sources` the full path of each source by id. */
export function readStored(id: ClientKey, text: string, sources: ReadonlyMap<string, string>, settings: FoldSettings): StoredClient {
  const client = decodeClientState(id, parseClient(text), sources, settings);
  const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
  return storedAs(client, text, pending);
}

/** A client as it is to be stored, with its JSON. */
export function toStore(client: ClientState, pending: boolean): { readonly stored: StoredClient; readonly text: string } {
  const text = encodeClient(clientMembers(client), client);
  return { stored: storedAs(client, text, pending), text };
}

function storedAs(client: ClientState, text: string, pending: boolean): StoredClient {
  const entries = { bucket: bucketOf(clientTraits(client)), score: scoreOf(client.presence.since), pending, source: client.source?.source };
  return { client, length: text.length, entries };
}
