import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Admin, PartitionMetadata } from 'kafkajs';
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

/** The broker that leads a partition. */
export async function leaderOf(log: LogOptions, topic: string, partition: number): Promise<number> {
  const admin = createKafka(log).admin();
  try {
    await admin.connect();
    return (await replicasOf(admin, topic, partition)).leader;
  } finally {
    await admin.disconnect();
  }
}

/** Moves the leader of a partition to another of its replicas, to `to` if it is said, and gives the former leader back as a replica. Throws what
 *  kafkajs throws. */
export async function moveLeader(log: LogOptions, topic: string, partition: number, to?: number): Promise<void> {
  const admin = createKafka(log).admin();
  const assign = async (replicas: number[]) => {
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition, replicas }] }] });
    for (let asked = 0; asked < REASSIGNMENT_ROUNDS; asked++) {
      const found = await replicasOf(admin, topic, partition);
      if (String(found.replicas) === String(replicas) && found.isr.length === replicas.length) return;
      await sleep(100);
    }
    throw new Error(`${topic} ${partition} is not on ${replicas} yet`);
  };
  try {
    await admin.connect();
    const { leader, replicas } = await replicasOf(admin, topic, partition);
    const others = replicas.filter((replica) => replica !== leader).sort((a, b) => Number(b === to) - Number(a === to));
    if (others.length === 0) throw new Error(`${topic} ${partition} has no other replica`);
    await assign(others);
    await assign([...others, leader]);
  } finally {
    await admin.disconnect();
  }
}

async function replicasOf(admin: Admin, topic: string, partition: number): Promise<PartitionMetadata> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
  if (found === undefined) throw new Error(`there is no ${topic} ${partition}`);
  return found;
}

/** Of a tenth of a second each. */
const REASSIGNMENT_ROUNDS = 300;

/** V8's collector, which nobody else may call: `minor` collects the new heap only. */
export function garbageCollector(): (options?: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as ReturnType<typeof garbageCollector>;
}
