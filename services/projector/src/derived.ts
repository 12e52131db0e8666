import type { LogRecord, NewRecord } from '@rollcall/log';
import type { Rejection, Topics } from '@rollcall/schema';
import type { FoldedBatch } from './fold-batch.ts';

/** What a folded batch adds to the derived topics, in the partition of its events. */
export function derivedRecords({ changes, clients, refused }: FoldedBatch, topics: Topics, partition: number): NewRecord[] {
  return [
    ...refused.map(({ record, rejection }) => deadLetter(record, rejection, topics)),
    ...changes.map(({ key, json }) => ({ topic: topics.changes, partition, key, value: json })),
    ...[...clients].map(([key, { state }]) => ({ topic: topics.state, partition, key, value: state })),
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
