import { describe, expect, it, onTestFinished } from 'vitest';
import { SETTINGS } from './histories.test-kit.ts';
import { Keys, partitionOfClient } from './keys.ts';
import { OwnedPartition } from './owned-partition.ts';
import { PartitionRestoring } from './partition-reader.ts';
import { SnapshotReader } from './reader.ts';
import { RedisUnavailable, type ScriptedRedis } from './redis.ts';
import { contents, hasRedisServer, startRedis } from './redis-server.test-kit.ts';
import { SteadyOwner, writesAfter } from './steady-owner.test-kit.ts';
import { SnapshotStore } from './store.ts';
import { TestCluster } from './testing/redis-cluster.ts';
import type { RedisProcess } from './testing/redis-process.ts';

const PARTITIONS = 6;
/** For whoever waits for what must come. */
const SOON = { timeout: 20_000 };
const options = { patient: false, onError: () => {}, prefix: 'test' };
const keys = (partition: number) => new Keys('test').partition(1, partition);

describe.skipIf(!hasRedisServer())('a Redis Cluster', { timeout: 60_000 }, () => {
  it.concurrent('holds partitions on all of its nodes, written and read as in one server', async ({ expect, onTestFinished }) => {
    await using cluster = await TestCluster.start();
    const store = new SnapshotStore({ ...options, url: cluster.url, settings: SETTINGS });
    onTestFinished(() => store.close());
    await store.connect();
    const writes = writesAfter(40);
    const used = new Set<unknown>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { active } = await store.claim(partition, PARTITIONS);
      const own = writes.filter(({ client }) => partitionOfClient(client, PARTITIONS) === partition);
      await active.apply(own, 40n);
      expect((await active.load(own.map(({ client }) => client))).map(({ client }) => client)).toEqual(
        own.map(({ client }) => client.client),
      );
      expect(await active.due(1_000, 1_000)).toHaveLength(own.length);
      used.add(await cluster.masterOf(keys(partition).base));
    }
    expect(used.size).toBe(3);
    const reading = new SnapshotReader({ ...options, url: cluster.url });
    onTestFinished(() => reading.close());
    const names = writes.map(({ client }) => client.client).sort();
    const listed = await reading.list({ namespace: 'myns' }, { limit: 1_000 });
    expect(listed.clients.map(({ client }) => client).sort()).toEqual(names);
    expect((await reading.client({ namespace: 'myns', client: 'client1' }))?.sessions).toHaveLength(1);
    const [counts] = await reading.counts();
    expect(counts?.presence.online).toBe(listed.clients.filter(({ presence }) => presence === 'online').length);

    const { active } = await store.claim(2, PARTITIONS);
    await active.wipe();
    expect(await held(cluster, 2)).toEqual({});
    await expect(reading.counts()).rejects.toThrow(PartitionRestoring);
  });

  it.concurrent('writes nothing and calls nobody unknown while a slot moves to another node, finds who is known, and is whole when it has moved', async ({
    expect,
    onTestFinished,
  }) => {
    await using cluster = await TestCluster.start();
    const partition = 3;
    const { base } = keys(partition);
    const reading = new SnapshotReader({ ...options, url: cluster.url });
    onTestFinished(() => reading.close());
    const inThere = namesOf(partition)[0] ?? '';
    const stranger = { namespace: 'myns', client: 'never seen 0' };
    while (partitionOfClient(stranger, PARTITIONS) !== partition) stranger.client += '0';
    const owner = new SteadyOwner(cluster.url, partition, PARTITIONS);
    await expect.poll(() => owner.applied, SOON).toBeGreaterThan(100);
    const from = await cluster.masterOf(base);
    const to = cluster.masters.find((master) => master !== from);
    if (to === undefined) throw new Error('no other node');
    await cluster.moveSlot(base, from, to, async () => {
      const { doubts } = owner;
      expect((await reading.client({ namespace: 'myns', client: inThere }))?.sessions).toHaveLength(1);
      await expect(reading.client(stranger)).rejects.toThrow(RedisUnavailable);
      await expect.poll(() => owner.doubts, SOON).toBeGreaterThan(doubts);
    });
    const moved = owner.applied;
    await expect.poll(() => owner.applied, SOON).toBeGreaterThan(moved + 100);
    const batches = await owner.stop();
    expect(await cluster.masterOf(base)).toBe(to);
    expect(await held(cluster, partition)).toEqual(await asOnOneServer(partition, batches));
  });

  it.concurrent.for<[string, (master: RedisProcess) => unknown]>([
    ['dies', (master) => master.kill()],
    ['freezes', (master) => master.pause()],
  ])('is whole in the end when a master %s and its replica takes its place', async ([, fault], { expect }) => {
    await using cluster = await TestCluster.start();
    const partition = 4;
    const { base } = keys(partition);
    const owner = new SteadyOwner(cluster.url, partition, PARTITIONS);
    await expect.poll(() => owner.applied, SOON).toBeGreaterThan(100);
    const former = await cluster.masterOf(base);
    const replica = await cluster.addReplica(former);
    await fault(former);
    await expect.poll(async () => (await replica.redis.info('replication')).includes('role:master'), SOON).toBe(true);
    const { applied } = owner;
    await expect.poll(() => owner.applied, SOON).toBeGreaterThan(applied + 100);
    const batches = await owner.stop();
    former.resume();
    await expect.poll(() => cluster.masterOf(base), SOON).toBe(replica);
    expect(await held(cluster, partition)).toEqual(await asOnOneServer(partition, batches));
  });
});

it('a Redis Cluster of which no node answers is told by where it was looked for, without the password', async () => {
  const lost = new SnapshotReader({
    url: 'redis-cluster://:secret@127.0.0.1:1,127.0.0.1:2',
    patient: false,
    onError: () => {},
    prefix: 'test',
  });
  onTestFinished(() => lost.close());
  const asked = lost.counts();
  await expect(asked).rejects.toThrow(RedisUnavailable);
  await expect(asked).rejects.toThrow(/^cannot use Redis at the Cluster 127.0.0.1:1,127.0.0.1:2: no node answers: /);
  await expect(asked).rejects.not.toThrow(/secret/);
});

async function held(cluster: TestCluster, partition: number): Promise<Record<string, unknown>> {
  const { redis } = await cluster.masterOf(keys(partition).base);
  return contents(redis as unknown as ScriptedRedis, keys(partition).base);
}

async function asOnOneServer(partition: number, batches: number): Promise<Record<string, unknown>> {
  const plain = await startRedis();
  try {
    const { partition: owned } = await OwnedPartition.claim(plain.redis, keys(partition), SETTINGS);
    await owned.apply(writesAfter(batches), BigInt(batches));
    return await contents(plain.redis, keys(partition).base);
  } finally {
    await plain.stop();
  }
}

/** Clients that readers look for in this partition. */
function namesOf(partition: number): string[] {
  const names = writesAfter(20).map(({ client }) => client.client);
  return names.filter((client) => partitionOfClient({ namespace: 'myns', client }, PARTITIONS) === partition);
}
