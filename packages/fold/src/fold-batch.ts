import { type ParsedRecord, parseRecord, type Rejection } from '@rollcall/schema';
import type { ClientState } from './client.ts';
import { type Folded, fold } from './fold.ts';
import { pendingEnding } from './presence.ts';
import type { FoldSettings } from './settings.ts';

/** A record of `rollcall.events`, as far as the fold needs it. */
export interface EventRecord {
  readonly offset: bigint;
  /** When the broker appended it, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** A record and what it says. */
export interface ReadRecord<R extends EventRecord = EventRecord> {
  readonly record: R;
  readonly parsed: ParsedRecord;
}

/** An event of the batch and what it came to. */
export interface FoldedEvent<R extends EventRecord = EventRecord> {
  readonly record: R;
  readonly parsed: Extract<ParsedRecord, { ok: true }>;
  readonly folded: Folded;
}

/** A client as the batch leaves it. */
export interface FoldedClient {
  readonly client: ClientState;
  /** While it is pending: log time, in milliseconds, of the record that set its latest ending; `moved` if that was in this batch. */
  readonly pending?: { readonly since: number; readonly moved: boolean };
}

export interface FoldedBatch<R extends EventRecord = EventRecord> {
  /** In log order, without what was folded before. */
  readonly events: readonly FoldedEvent<R>[];
  /** Clients of which something is remembered that was not before, by key. */
  readonly clients: ReadonlyMap<string, FoldedClient>;
  readonly refused: readonly { readonly record: R; readonly rejection: Rejection }[];
}

export function readRecord<R extends EventRecord>(record: R): ReadRecord<R> {
  return { record, parsed: parseRecord(record.key, record.value) };
}

/** The keys and names of the clients that a batch is about. */
export function clientsOf(records: readonly ReadRecord[]): Map<string, { namespace: string; client: string }> {
  return new Map(records.flatMap(({ parsed }) => (parsed.ok ? [[parsed.key, parsed] as const] : [])));
}

/** Folds one batch of a partition onto the clients as they were. Pure. An event at or below its client's position was folded already. */
export function foldBatch<R extends EventRecord>(
  records: readonly ReadRecord<R>[],
  loaded: ReadonlyMap<string, ClientState | undefined>,
  settings: FoldSettings,
): FoldedBatch<R> {
  const now = new Map<string, { client: ClientState; endedAt?: number }>();
  const events: FoldedEvent<R>[] = [];
  const refused: { record: R; rejection: Rejection }[] = [];
  for (const { record, parsed } of records) {
    if (!parsed.ok) {
      refused.push({ record, rejection: parsed });
      continue;
    }
    const { client: before, endedAt } = now.get(parsed.key) ?? { client: loaded.get(parsed.key) };
    if (before === undefined) throw new TypeError(`a client of the batch was not loaded`);
    if (record.offset <= before.offset) continue;
    const folded = fold(before, parsed.event, record.offset, settings);
    events.push({ record, parsed, folded });
    if (folded.outcome === 'ignored') continue;
    const moved = pendingTime(before) !== pendingTime(folded.client);
    now.set(parsed.key, { client: folded.client, ...(moved ? { endedAt: record.timestamp } : endedAt !== undefined && { endedAt }) });
  }
  const logTime = records.at(-1)?.record.timestamp ?? 0;
  const clients = new Map([...now].map(([key, { client, endedAt }]) => [key, foldedClient(client, endedAt, logTime)]));
  return { events, clients, refused };
}

function foldedClient(client: ClientState, endedAt: number | undefined, logTime: number): FoldedClient {
  return pendingTime(client) === undefined ? { client } : { client, pending: { since: endedAt ?? logTime, moved: endedAt !== undefined } };
}

function pendingTime(client: ClientState) {
  return pendingEnding(client.presence, client.confirmedUpTo);
}
