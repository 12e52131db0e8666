import { type ClientKey, type ParsedRecord, parseKey, parseValue, type Rejection } from '@rollcall/schema';
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

/** A record and whose it is, as far as its key says. */
export interface KeyedRecord<R extends EventRecord = EventRecord> {
  readonly record: R;
  readonly whose: ClientKey | undefined;
}

/** An event of the batch and what it came to. */
export interface FoldedEvent<R extends EventRecord = EventRecord> {
  readonly record: R;
  readonly parsed: Extract<ParsedRecord, { ok: true }>;
  readonly folded: Folded;
}

/** A record that is no event. */
export interface RefusedRecord<R extends EventRecord = EventRecord> {
  readonly record: R;
  readonly rejection: Rejection;
}

/** A client as the batch leaves it. */
export interface FoldedClient {
  readonly client: ClientState;
  /** While it is pending: log time, in milliseconds, of the record that set its latest ending; `moved` if that was in this batch. */
  readonly pending?: { readonly since: number; readonly moved: boolean };
}

export function keyRecord<R extends EventRecord>(record: R): KeyedRecord<R> {
  return { record, whose: parseKey(record.key) };
}

/** The clients that a batch is about, each once. */
export function clientsOf(records: readonly KeyedRecord[]): ClientKey[] {
  const clients = new Map<string, ClientKey>();
  for (const { whose } of records) if (whose !== undefined) clients.set(whose.key, whose);
  return [...clients.values()];
}

/** A client while its batch is folded. */
interface FoldingClient {
  client: ClientState;
  changed: boolean;
  /** Log time of the record that set its latest ending, in this batch. */
  endedAt: number | undefined;
}

/** Folds one batch of a partition onto the clients as they were, event by event, as it is iterated: of what was told of an event, nothing is
 *  kept. Pure. An event at or below its client's position was folded already, and is not told. Throws TypeError where a client was not loaded. */
export class FoldingBatch<R extends EventRecord = EventRecord> implements Iterable<FoldedEvent<R> | RefusedRecord<R>> {
  readonly #clients: ReadonlyMap<string, FoldingClient>;
  readonly #told = this.#fold();

  constructor(
    private readonly records: readonly KeyedRecord<R>[],
    loaded: readonly ClientState[],
    private readonly settings: FoldSettings,
  ) {
    this.#clients = new Map(loaded.map((client) => [client.key, { client, changed: false, endedAt: undefined }]));
  }

  /** What was not told yet, in log order. */
  [Symbol.iterator](): Iterator<FoldedEvent<R> | RefusedRecord<R>> {
    return this.#told;
  }

  /** Clients of which something is remembered that was not before the batch. Folds what was not told yet. */
  clients(): FoldedClient[] {
    for (const _ of this);
    const logTime = this.records.at(-1)?.record.timestamp ?? 0;
    const changed = [...this.#clients.values()].filter((one) => one.changed);
    return changed.map(({ client, endedAt }) => foldedClient(client, endedAt, logTime));
  }

  *#fold(): Generator<FoldedEvent<R> | RefusedRecord<R>, void> {
    for (const { record, whose } of this.records) {
      const parsed = parseValue(whose, record.value);
      if (!parsed.ok) {
        yield { record, rejection: parsed };
        continue;
      }
      const now = this.#clients.get(parsed.key);
      if (now === undefined) throw new TypeError(`a client of the batch was not loaded`);
      const before = now.client;
      if (record.offset <= before.offset) continue;
      const folded = fold(before, parsed.event, record.offset, this.settings);
      if (folded.outcome !== 'ignored') {
        if (pendingTime(before) !== pendingTime(folded.client)) now.endedAt = record.timestamp;
        now.client = folded.client;
        now.changed = true;
      }
      yield { record, parsed, folded };
    }
  }
}

function foldedClient(client: ClientState, endedAt: number | undefined, logTime: number): FoldedClient {
  return pendingTime(client) === undefined ? { client } : { client, pending: { since: endedAt ?? logTime, moved: endedAt !== undefined } };
}

function pendingTime(client: ClientState) {
  return pendingEnding(client.presence, client.confirmedUpTo);
}
