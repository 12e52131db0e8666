import { type ClientState, encodeState, type FoldedBatch, type FoldedEvent, SnapshotTexts, sessionOf } from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import { clientKey, type Rejection, type Topics } from '@rollcall/schema';

/** What a folded batch adds to the derived topics, in the partition of its events. */
export function derivedRecords({ events, clients, refused }: FoldedBatch<LogRecord>, topics: Topics, partition: number): NewRecord[] {
  const texts = new SnapshotTexts();
  const records = refused.map(({ record, rejection }) => deadLetter(record, rejection, topics));
  for (const event of events) {
    const value = changeJson(event, texts);
    if (value !== undefined) records.push({ topic: topics.changes, partition, key: event.parsed.key, value: Buffer.from(value) });
  }
  records.push(
    ...stateRecords(
      [...clients.values()].map(({ client }) => client),
      topics,
      partition,
      texts,
    ),
  );
  return records;
}

/** All that is remembered of each client, as `rollcall.state` has it. */
export function stateRecords(clients: readonly ClientState[], topics: Topics, partition: number, texts = new SnapshotTexts()): NewRecord[] {
  return clients.map((client) => ({
    topic: topics.state,
    partition,
    key: clientKey(client.namespace, client.client),
    value: Buffer.from(encodeState(client, partition, texts)),
  }));
}

/** A Change, if a user can see one; the event goes in as received. */
function changeJson({ record, parsed, folded }: FoldedEvent<LogRecord>, texts: SnapshotTexts): string | undefined {
  if (folded.outcome !== 'changed') return undefined;
  const { client, kinds, session } = folded;
  const state = session === undefined ? undefined : sessionOf(client, session);
  const position = `{"partition":${record.partition},"offset":"${record.offset}"}`;
  const about = state === undefined ? '' : `"session":${texts.session(client, state)},`;
  return `{"position":${position},"kinds":${JSON.stringify(kinds)},"client":${texts.client(client)},${about}"event":${parsed.json}}`;
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
