import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';

/** Cuts a partition's log: what is below `before` is gone, as when its retention has passed. */
export async function cutLog(log: LogOptions, topic: string, partition: number, before: bigint): Promise<void> {
  const admin = createKafka(log).admin();
  try {
    await admin.connect();
    // Only a topic that it has asked about is known to it.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: before.toString() }] });
  } finally {
    await admin.disconnect();
  }
}

/** Deletes a group that has no members, with its committed offsets. */
export async function forgetGroup(log: LogOptions, groupId: string): Promise<void> {
  const admin = createKafka(log).admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
}

/** V8's collector, which nobody else may call: `minor` collects the new heap only. */
export function garbageCollector(): (options?: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as ReturnType<typeof garbageCollector>;
}
