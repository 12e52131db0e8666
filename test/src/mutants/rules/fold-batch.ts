import { mutantsOf } from '../mutant.ts';

export const FOLD_BATCH = mutantsOf('packages/fold/src/fold-batch.ts', [
  ['what is told once is told again', 'return this.#told;', 'return this.#fold();'],
  ['the clients of a batch are those that were told so far', 'for (const _ of this);', ''],
  ['the log time of a batch is that of its first record', 'this.records.at(-1)', 'this.records.at(0)'],
  ['clients of which nothing is new are given', '.filter((one) => one.changed)', ''],
  ['a record without an event is not told', 'yield { record, rejection: parsed };', ''],
  ['a client that was not loaded is left out', 'throw new TypeError(`a client of the batch was not loaded`)', 'continue'],
  ['the event at the position of its client is folded again', 'record.offset <= before.offset', 'record.offset < before.offset'],
  ['an event that was folded already is folded again', 'if (record.offset <= before.offset) continue;', ''],
  ['each event sets the time since when its client is pending', 'if (pendingTime(before) !== pendingTime(folded.client)) ', ''],
  ['no event sets the time since when its client is pending', 'now.endedAt = record.timestamp', 'now.endedAt = undefined'],
  ['a client keeps the time of its first ending in the batch', 'now.endedAt = record.timestamp', 'now.endedAt ??= record.timestamp'],
  ['the events of a batch are folded onto the client as it was before it', 'now.client = folded.client;', ''],
  ['clients that changed are not given', 'now.changed = true;', ''],
  ['a client is pending since the end of the batch', 'since: endedAt ?? logTime', 'since: logTime'],
  ['an ending that the batch did not set has moved', 'moved: endedAt !== undefined', 'moved: true'],
  ['an ending that the batch set has not moved', 'moved: endedAt !== undefined', 'moved: false'],
  ['a client that is back is pending', 'pendingTime(client) === undefined ? { client } :', ''],
  [
    'a client pends though a deadline has covered its ending',
    'pendingEnding(client.presence, client.confirmedUpTo)',
    'pendingEnding(client.presence, undefined)',
  ],
]);
