import { type ClientState, clientSnapshot, encodeState, type FoldSettings, fold, sessionSnapshot, unseenClient } from '@rollcall/fold';
import type { LogRecord } from '@rollcall/log';
import { parseJson, parseRecord } from '@rollcall/schema';

/** What the projector must have made of the log of one partition. */
export interface ExpectedProjection {
  /** `rollcall.changes`, in order. */
  readonly changes: readonly unknown[];
  /** By key. */
  readonly clients: ReadonlyMap<string, ClientState>;
  /** The last record of each client in `rollcall.state`, by key. */
  readonly states: ReadonlyMap<string, string>;
  /** Offsets of the records that are no events. */
  readonly refused: readonly bigint[];
}

/** Folds a partition of `rollcall.events` in log order, with nothing around the fold. */
export function expectedProjection(log: readonly LogRecord[], partition: number, settings: FoldSettings): ExpectedProjection {
  const clients = new Map<string, ClientState>();
  const changes: unknown[] = [];
  const refused: bigint[] = [];
  for (const { key, value, offset } of log) {
    const parsed = parseRecord(key, value);
    if (!parsed.ok) {
      refused.push(offset);
      continue;
    }
    const before = clients.get(parsed.key) ?? unseenClient(parsed);
    const folded = fold(before, parsed.event, offset, settings);
    if (folded.outcome === 'ignored') continue;
    clients.set(parsed.key, folded.client);
    if (folded.outcome === 'remembered') continue;
    const { session } = folded;
    changes.push({
      position: { partition, offset: offset.toString() },
      kinds: folded.kinds,
      client: clientSnapshot(folded.client),
      ...(session && { session: sessionSnapshot(folded.client, session) }),
      event: parseJson(parsed.json),
    });
  }
  const states = new Map([...clients].map(([key, client]) => [key, encodeState(client, partition)]));
  return { changes, clients, states, refused };
}
