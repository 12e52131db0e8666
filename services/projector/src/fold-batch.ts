import {
  type ClientState,
  clientSnapshot,
  encodeState,
  type FoldSettings,
  fold,
  type IgnoredReason,
  pendingEnding,
  sessionOf,
  sessionSnapshot,
} from '@rollcall/fold';
import type { LogRecord } from '@rollcall/log';
import { type ChangeKind, type ParsedRecord, parseRecord, type Rejection, stringifyJson } from '@rollcall/schema';

/** A record of `rollcall.events` and what it says. */
export interface ReadRecord {
  readonly record: LogRecord;
  readonly parsed: ParsedRecord;
}

/** A client as the batch leaves it. */
export interface FoldedClient {
  readonly client: ClientState;
  /** Its state in `rollcall.state`. */
  readonly state: string;
  /** While it is pending: log time, in milliseconds, of the record that set its latest ending; `moved` if that was in this batch. */
  readonly pending?: { readonly since: number; readonly moved: boolean };
}

export interface FoldedBatch {
  /** For `rollcall.changes`, in log order. */
  readonly changes: readonly { readonly key: string; readonly json: string }[];
  /** Clients of which something is remembered that was not before, by key. */
  readonly clients: ReadonlyMap<string, FoldedClient>;
  readonly ignored: Readonly<Record<IgnoredReason, number>>;
  readonly refused: readonly { readonly record: LogRecord; readonly rejection: Rejection }[];
}

export function readRecord(record: LogRecord): ReadRecord {
  return { record, parsed: parseRecord(record.key, record.value) };
}

/** Folds one batch of a partition onto the clients as they were. Pure. An event at or below its client's position was folded already. */
export function foldBatch(
  records: readonly ReadRecord[],
  loaded: ReadonlyMap<string, ClientState | undefined>,
  settings: FoldSettings,
): FoldedBatch {
  const now = new Map<string, { client: ClientState; endedAt?: number }>();
  const changes: { key: string; json: string }[] = [];
  const ignored = { duplicate: 0, stale: 0 };
  const refused: { record: LogRecord; rejection: Rejection }[] = [];
  for (const { record, parsed } of records) {
    if (!parsed.ok) {
      refused.push({ record, rejection: parsed });
      continue;
    }
    const { client: before, endedAt } = now.get(parsed.key) ?? { client: loaded.get(parsed.key) };
    if (before === undefined) throw new TypeError(`a client of the batch was not loaded`);
    if (record.offset <= before.offset) continue;
    const folded = fold(before, parsed.event, record.offset, settings);
    if (folded.outcome === 'ignored') {
      ignored[folded.reason]++;
      continue;
    }
    const moved = pendingTime(before) !== pendingTime(folded.client);
    now.set(parsed.key, { client: folded.client, ...(moved ? { endedAt: record.timestamp } : endedAt !== undefined && { endedAt }) });
    if (folded.outcome === 'changed') {
      changes.push({ key: parsed.key, json: changeJson(folded.client, folded.kinds, folded.session, record, parsed.json) });
    }
  }
  const logTime = records.at(-1)?.record.timestamp ?? 0;
  const partition = records[0]?.record.partition ?? 0;
  const clients = new Map([...now].map(([key, { client, endedAt }]) => [key, foldedClient(client, partition, endedAt, logTime)]));
  return { changes, clients, ignored, refused };
}

/** The keys and names of the clients that a batch is about. */
export function clientsOf(records: readonly ReadRecord[]): Map<string, { namespace: string; client: string }> {
  return new Map(records.flatMap(({ parsed }) => (parsed.ok ? [[parsed.key, parsed] as const] : [])));
}

function foldedClient(client: ClientState, partition: number, endedAt: number | undefined, logTime: number): FoldedClient {
  const pending = pendingTime(client) === undefined ? {} : { pending: { since: endedAt ?? logTime, moved: endedAt !== undefined } };
  return { client, state: encodeState(client, partition), ...pending };
}

function pendingTime(client: ClientState) {
  return pendingEnding(client.presence, client.confirmedUpTo);
}

/** A Change; the event goes in as received. */
function changeJson(
  client: ClientState,
  kinds: readonly ChangeKind[],
  session: string | undefined,
  record: LogRecord,
  event: string,
): string {
  const state = session === undefined ? undefined : sessionOf(client, session);
  const change = stringifyJson({
    position: { partition: record.partition, offset: record.offset.toString() },
    kinds,
    client: clientSnapshot(client),
    ...(state !== undefined && { session: sessionSnapshot(client, state) }),
  });
  return `${change.slice(0, -1)},"event":${event}}`;
}
