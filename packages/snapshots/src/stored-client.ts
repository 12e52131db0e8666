import { type ClientState, clientMembers, clientTraits, type FoldSettings, pendingEnding, unseenClient } from '@rollcall/fold';
import type { ClientKey } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import { decodeClientState, encodeClient, parseClient } from './client-codec.ts';
import { scoreOf } from './keys.ts';

/** A client as it stands in Redis, as text: many are kept for long, and V8 looks through each object of them whenever it collects its old heap. */
export interface StoredClient {
  /** Its JSON; empty where nothing is stored of it. */
  readonly text: string;
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

/** A client that was read. */
export interface ReadClient {
  readonly client: ClientState;
  readonly stored: StoredClient;
}

/** `text` is what Redis has of the client, `sources` the full path of each source by id. */
export function readStored(
  id: ClientKey,
  text: string | null | undefined,
  sources: ReadonlyMap<string, string>,
  settings: FoldSettings,
): ReadClient {
  if (!text) return { client: unseenClient(id), stored: { text: '', entries: NO_ENTRIES } };
  const stored = parseClient(text);
  const client = decodeClientState(id, stored, sources.get(stored.source ?? ''), settings);
  const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
  return { client, stored: { text, entries: entriesOf(client, pending) } };
}

/** The state of a client as it stands in Redis. */
export function stateOf(id: ClientKey, { text, entries }: StoredClient, settings: FoldSettings): ClientState {
  return text === '' ? unseenClient(id) : decodeClientState(id, parseClient(text), entries.source, settings);
}

/** A client as it is to be stored. */
export function toStore(client: ClientState, pending: boolean): StoredClient {
  return { text: encodeClient(clientMembers(client), client), entries: entriesOf(client, pending) };
}

function entriesOf(client: ClientState, pending: boolean): ClientEntries {
  return { bucket: bucketOf(clientTraits(client)), score: scoreOf(client.presence.since), pending, source: client.source?.source };
}
