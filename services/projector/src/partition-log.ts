import { decodeState, pendingEnding } from '@rollcall/fold';
import { type GroupMember, type LogOptions, type Offsets, readRange, stateRecords, Transactor } from '@rollcall/log';
import type { Topics } from '@rollcall/schema';
import type { FaultPoint } from '@rollcall/service';
import type { ClientWrite, ProjectionSettings } from '@rollcall/snapshots';
import type { PartitionLog } from './partition-owner.ts';

export interface PartitionLogOptions {
  readonly log: LogOptions;
  readonly topics: Topics;
  readonly groupId: string;
  readonly member: GroupMember;
  readonly offsets: Offsets;
  readonly signal: AbortSignal;
  readonly at: FaultPoint;
}

/** One partition of the topics in Kafka, for its owner. */
export function partitionLog(partition: number, options: PartitionLogOptions): PartitionLog {
  const { log, topics, groupId, member, offsets, signal, at } = options;
  const groupPartition = { groupId, topic: topics.events, partition };
  return {
    async fence() {
      const transactor = await Transactor.fence(log, `${groupId}-${partition}`);
      return {
        add: (records) => transactor.add(records),
        get isFull() {
          return transactor.isFull;
        },
        commit: (next) => transactor.commit({ ...groupPartition, next }, () => at('in-transaction')),
        close: () => transactor.close(),
      };
    },
    committed: async () => (await offsets.committed(groupId, topics.events, partition)) ?? (await offsetAfterDerived(partition, options)),
    start: async () => (await offsets.bounds(topics.events, partition)).start,
    states: (settings) => states(partition, settings, options),
    events: (from, to) => readRange(log, { topic: topics.events, partition, from, to }, signal),
    seek: (offset) => member.readFrom(partition, offset),
  };
}

/** The group's offset is lost: one above the highest event in the derived topics, or the start of the log if they are empty. Whatever
 *  changed something is in `rollcall.state`, and compaction keeps its newest record; folding again what changed nothing does no harm. */
async function offsetAfterDerived(partition: number, options: PartitionLogOptions): Promise<bigint> {
  let next: bigint | undefined;
  const { log, topics, offsets, signal } = options;
  for await (const { position } of stateRecords(log, offsets, topics.state, partition, signal)) {
    if (next === undefined || position.offset >= next) next = position.offset + 1n;
  }
  return next ?? (await offsets.bounds(topics.events, partition)).start;
}

async function* states(
  partition: number,
  settings: ProjectionSettings,
  options: PartitionLogOptions,
): AsyncIterable<readonly ClientWrite[]> {
  const { log, topics, offsets, signal } = options;
  let portion = new Map<string, ClientWrite>();
  for await (const record of stateRecords(log, offsets, topics.state, partition, signal)) {
    const client = decodeState(record, settings);
    const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
    portion.set(record.key, { client, due: pending ? { at: record.timestamp + settings.offlineGrace, moved: true } : undefined });
    if (portion.size < PORTION) continue;
    yield [...portion.values()];
    portion = new Map();
  }
  yield [...portion.values()];
}

const PORTION = 500;
