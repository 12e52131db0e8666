import { type ClientState, type FoldedEvent, type FoldingBatch, SnapshotTexts, sessionOf, stateParts } from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import type { Rejection, Topics } from '@rollcall/schema';
import type { Tally } from './metrics.ts';

/** What a batch adds to the derived topics, in the partition of its events, made as it is folded. Counts into `tally` what became of it. */
export function* derivedRecords(
  batch: FoldingBatch<LogRecord>,
  topics: Topics,
  partition: number,
  tally: Tally,
): Generator<NewRecord, void, undefined> {
  const texts = new SnapshotTexts();
  for (const told of batch) {
    tally.count(told);
    if ('rejection' in told) {
      yield deadLetter(told.record, told.rejection, topics);
      continue;
    }
    const value = changeJson(told, texts);
    if (value !== undefined) yield { topic: topics.changes, partition, key: told.parsed.key, value };
  }
  for (const { client } of batch.clients().values()) yield stateRecord(client, topics, partition, texts);
}

/** All that is remembered of each client, as `rollcall.state` has it. */
export function stateRecords(clients: readonly ClientState[], topics: Topics, partition: number): NewRecord[] {
  const texts = new SnapshotTexts();
  return clients.map((client) => stateRecord(client, topics, partition, texts));
}

function stateRecord(client: ClientState, topics: Topics, partition: number, texts: SnapshotTexts): NewRecord {
  return { topic: topics.state, partition, key: client.key, value: stateParts(client, partition, texts) };
}

/** A Change, if a user can see one, in parts; the event goes in as received. */
function changeJson({ record, parsed, folded }: FoldedEvent<LogRecord>, texts: SnapshotTexts): readonly string[] | undefined {
  if (folded.outcome !== 'changed') return undefined;
  const { client, kinds, session } = folded;
  const state = session === undefined ? undefined : sessionOf(client, session);
  const position = `{"partition":${record.partition},"offset":"${record.offset}"}`;
  const about = state === undefined ? [] : [',"session":', texts.session(client, state)];
  return [
    `{"position":${position},"kinds":${JSON.stringify(kinds)},"client":`,
    texts.client(client),
    ...about,
    ',"event":',
    parsed.json,
    '}',
  ];
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
