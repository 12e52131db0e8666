import { type ClientState, clientText, type FoldedEvent, type FoldingBatch, sessionText, stateParts } from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import type { Rejection, Topics } from '@rollcall/schema';
import type { Tally } from './metrics.ts';

/** What a batch adds to `rollcall.changes` and `rollcall.dead-letters`, in the partition of its events, made as it is folded. Counts into `tally`
 *  what became of it. */
export function* changeRecords(
  batch: FoldingBatch<LogRecord>,
  topics: Topics,
  partition: number,
  tally: Tally,
): Generator<NewRecord, void, undefined> {
  for (const told of batch) {
    tally.count(told);
    if ('rejection' in told) {
      yield deadLetter(told.record, told.rejection, topics);
      continue;
    }
    const value = changeParts(told);
    if (value !== undefined) yield { topic: topics.changes, partition, key: told.parsed.key, value };
  }
}

/** All that is remembered of each client, as `rollcall.state` has it. */
export function* stateRecords(clients: Iterable<ClientState>, topics: Topics, partition: number): Generator<NewRecord, void, undefined> {
  for (const client of clients) yield { topic: topics.state, partition, key: client.key, value: stateParts(client, partition) };
}

/** A Change, if a user can see one, in parts; the event goes in as received. */
function changeParts({ record, parsed, folded }: FoldedEvent<LogRecord>): readonly string[] | undefined {
  if (folded.outcome !== 'changed') return undefined;
  const { client, kinds, session } = folded;
  const position = `{"partition":${record.partition},"offset":"${record.offset}"}`;
  const about = session === undefined ? [] : [',"session":', sessionText(client, session)];
  return [
    `{"position":${position},"kinds":${JSON.stringify(kinds)},"client":`,
    clientText(client),
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
