import { type ClientState, clientMembers, clientTraits, type FoldSettings, unseenClient } from '@rollcall/fold';
import { type ClientKey, readTime } from '@rollcall/schema';
import { bucketOf } from './bucket.ts';
import {
  type ClientJson,
  confirmedUpToOf,
  connectedSessionsOf,
  decodeClientState,
  encodeClient,
  existenceOf,
  parseClient,
} from './client-codec.ts';
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
  const source = sources.get(stored.source ?? '');
  const client = decodeClientState(id, stored, source, settings);
  return { client, stored: { text, entries: { ...entriesAsStored(id, stored), source: client.source?.source } } };
}

/** As they were concluded when it was stored: an earlier version of the fold may have concluded otherwise. */
function entriesAsStored({ namespace }: ClientKey, stored: ClientJson): Omit<ClientEntries, 'source'> {
  const { presence, since, offlineConfirmed = false, disconnectionReason, state } = stored;
  const traits = { namespace, presence, offlineConfirmed, disconnectionReason, exists: existenceOf(stored), state };
  const score = scoreOf(since === undefined ? undefined : readTime(since));
  return { bucket: bucketOf(traits), score, pending: wasPending(stored) };
}

/** Nothing was connected, and its latest ending was not confirmed. */
function wasPending(stored: ClientJson): boolean {
  if (connectedSessionsOf(stored) > 0) return false;
  const endings = stored.sessions.filter(({ status }) => status === 'disconnected').map(({ since }) => since);
  const latest = endings.reduce<string | undefined>((last, since) => (last === undefined || since > last ? since : last), undefined);
  const confirmedUpTo = confirmedUpToOf(stored);
  return latest !== undefined && (confirmedUpTo === undefined || latest > confirmedUpTo);
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
