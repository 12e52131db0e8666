import {
  type ClientState,
  clientSnapshot,
  decodeState,
  type EventRecord,
  type FoldedEvent,
  FoldingBatch,
  type FoldSettings,
  keyRecord,
  sessionSnapshot,
  unseenClient,
} from '@rollcall/fold';
import { formatTime, parseClientKey, parseJson, type Rejection, readsMemoryOf, StateRecord, timeFromMilliseconds } from '@rollcall/schema';
import type { ClientView } from '@rollcall/snapshots';

/** A client as it was. */
export interface PastClient extends ClientView {
  /** False: the log no longer reaches back to the client's first event, and `rollcall.state` keeps nothing that old. What came before
   *  `knownFrom` is missing, and may be all there was. */
  readonly complete: boolean;
  /** Unless complete: log time of the oldest event that is kept in its partition. */
  readonly knownFrom?: string;
}

/** What an event of the log came to: folded, or refused. */
export type PastEvent<R extends EventRecord = EventRecord> = FoldedEvent<R> | { readonly record: R; readonly rejection: Rejection };

/** One partition's clients as they were, from what they began with up to some offset of the log. */
export class PastClients {
  readonly #clients = new Map<string, ClientState>();
  /** What they were before the log begins is not known: `rollcall.state` has them, but only as they were later. */
  readonly #headless = new Set<string>();
  /** Log time of the oldest event that is kept, in milliseconds since 1970. */
  knownFrom: number | undefined;

  constructor(private readonly settings: FoldSettings) {}

  /** A record of `rollcall.state`: its client begins with the newest below `before`. One written after `until` is of the time before, or not:
   *  who can tell. */
  begin({ key, value, timestamp }: EventRecord, { before, until }: { readonly before: bigint; readonly until: number }): void {
    if (key === null || value === null) return;
    const name = Buffer.from(key).toString();
    const state = parseState(value);
    if (state === undefined || state.position.offset >= before) {
      if (!this.#clients.has(name)) this.#headless.add(name);
    } else if (timestamp > until) {
      this.#clients.delete(name);
      this.#headless.add(name);
    } else {
      this.#clients.set(name, decodeState(state, this.settings));
      this.#headless.delete(name);
    }
  }

  /** The next event of the log; undefined if what its client began with has it already. */
  fold<R extends EventRecord>(record: R): PastEvent<R> | undefined {
    const keyed = keyRecord(record);
    const { whose } = keyed;
    const loaded = whose === undefined ? [] : [this.#clients.get(whose.key) ?? unseenClient(whose)];
    const batch = new FoldingBatch([keyed], loaded, this.settings);
    const [told] = batch;
    for (const { client } of batch.clients()) this.#clients.set(client.key, client);
    return told;
  }

  /** Keys of the clients that were heard of, or may have been. */
  keys(): string[] {
    return [...new Set([...this.#clients.keys(), ...this.#headless])];
  }

  /** Undefined if nothing was known of it. */
  state(key: string): ClientState | undefined {
    return this.#clients.get(key);
  }

  isComplete(key: string): boolean {
    return !this.#headless.has(key);
  }

  /** The client as people see it; undefined if nothing had been heard of it. Unknown in all if nothing is known any more. */
  view(key: string): PastClient | undefined {
    const names = parseClientKey(key);
    const complete = this.isComplete(key);
    const state = this.#clients.get(key) ?? (names && !complete ? unseenClient(names) : undefined);
    if (state === undefined) return undefined;
    return {
      client: clientSnapshot(state),
      sessions: state.sessions.map((session) => sessionSnapshot(state, session)),
      complete,
      ...(!complete && this.knownFrom !== undefined && { knownFrom: formatTime(timeFromMilliseconds(this.knownFrom)) }),
    };
  }
}

/** Undefined where a later version of the fold wrote it: from that, this one cannot go on. */
function parseState(value: Uint8Array): StateRecord | undefined {
  const data = parseJson(Buffer.from(value).toString()) as { readonly foldVersion?: unknown };
  return readsMemoryOf(Number(data.foldVersion)) ? StateRecord.parse(data) : undefined;
}
