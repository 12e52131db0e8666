import {
  type ClientState,
  clientSnapshot,
  encodeState,
  type FoldedBatch,
  type FoldedEvent,
  sessionOf,
  sessionSnapshot,
} from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import { clientKey, type Rejection, stringifyJson, type Topics } from '@rollcall/schema';

/** What a folded batch adds to the derived topics, in the partition of its events. */
export function derivedRecords({ events, clients, refused }: FoldedBatch<LogRecord>, topics: Topics, partition: number): NewRecord[] {
  const records = refused.map(({ record, rejection }) => deadLetter(record, rejection, topics));
  for (const event of events) {
    const value = changeJson(event);
    if (value !== undefined) records.push({ topic: topics.changes, partition, key: event.parsed.key, value });
  }
  records.push(
    ...stateRecords(
      [...clients.values()].map(({ client }) => client),
      topics,
      partition,
    ),
  );
  return records;
}

/** All that is remembered of each client, as `rollcall.state` has it. */
export function stateRecords(clients: readonly ClientState[], topics: Topics, partition: number): NewRecord[] {
  return clients.map((client) => ({
    topic: topics.state,
    partition,
    key: clientKey(client.namespace, client.client),
    value: encodeState(client, partition),
  }));
}

/** A Change, if a user can see one; the event goes in as received. */
function changeJson({ record, parsed, folded }: FoldedEvent<LogRecord>): string | undefined {
  if (folded.outcome !== 'changed') return undefined;
  const { client, kinds, session } = folded;
  const state = session === undefined ? undefined : sessionOf(client, session);
  const change = stringifyJson({
    position: { partition: record.partition, offset: record.offset.toString() },
    kinds,
    client: clientSnapshot(client),
    ...(state !== undefined && { session: sessionSnapshot(client, state) }),
  });
  return `${change.slice(0, -1)},"event":${parsed.json}}`;
}

function deadLetter({ partition, offset, key, value }: LogRecord, { reason, detail }: Rejection, topics: Topics): NewRecord {
  return {
    topic: topics.deadLetters,
    partition,
    key,
    value,
    headers: { reason, detail, topic: topics.events, partition: String(partition), offset: offset.toString() },
  };
}
