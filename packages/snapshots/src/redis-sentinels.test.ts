import { describe, expect, it, onTestFinished } from 'vitest';
import { SETTINGS } from './histories.test-kit.ts';
import { Keys } from './keys.ts';
import { OwnedPartition } from './owned-partition.ts';
import { SnapshotReader } from './reader.ts';
import { RedisUnavailable, type ScriptedRedis } from './redis.ts';
import { contents, hasRedisServer, startRedis } from './redis-server.test-kit.ts';
import { SteadyOwner, writesAfter } from './steady-owner.test-kit.ts';
import type { RedisProcess } from './testing/redis-process.ts';
import { TestSentinels } from './testing/redis-sentinels.ts';

const keys = new Keys('test').partition(1, 0);
/** For whoever waits for what must come. */
const SOON = { timeout: 20_000 };
const options = { patient: false, onError: () => {}, prefix: 'test' };

describe.skipIf(!hasRedisServer())('a Redis that sentinels watch', { timeout: 60_000 }, () => {
  it.concurrent.for<[string, (master: RedisProcess, set: TestSentinels) => Promise<unknown>, (former: RedisProcess) => Promise<unknown>]>([
    ['is replaced in good order', (_, set) => set.failOver(), async () => {}],
    ['dies, and comes back empty', (master) => master.kill(), (former) => former.start()],
    ['freezes, and thaws when another has its place', async (master) => master.pause(), async (former) => former.resume()],
  ])('is whole in the end, and its readers go on, when the master %s', async ([, fault, afterwards], { expect, onTestFinished }) => {
    await using set = await TestSentinels.start();
    const owner = new SteadyOwner(set.url, 0, 1);
    const reader = new SnapshotReader({ ...options, url: set.url });
    onTestFinished(() => reader.close());
    await expect.poll(() => owner.applied, SOON).toBeGreaterThan(100);
    expect(await reader.client({ namespace: 'myns', client: 'client1' })).toBeDefined();
    const former = await set.master();
    await fault(former, set);
    const master = await set.anotherThan(former);
    await afterwards(former);
    const { applied } = owner;
    await expect.poll(() => owner.applied, SOON).toBeGreaterThan(applied + 100);
    const batches = await owner.stop();
    const held = await contents(master.redis as unknown as ScriptedRedis, keys.base);
    expect(held).toEqual(await asOnOneServer(batches));
    await expect.poll(() => reader.counts().catch(() => undefined), SOON).toHaveLength(1);
  });

  it('says where it was looked for, and no password, where no sentinel answers', async () => {
    const asked = ask('redis-sentinel://:secret@127.0.0.1:1/0?sentinelPassword=secret#mine');
    await expect(asked).rejects.toThrow(RedisUnavailable);
    await expect(asked).rejects.toThrow(/^cannot use Redis at the master mine of the sentinels 127.0.0.1:1: All sentinels are unreachable/);
    await expect(asked).rejects.not.toThrow(/secret/);
  });

  it('says where it was looked for where the sentinels do not know its name', async () => {
    await using set = await TestSentinels.start();
    await expect(ask(set.url.replace(/#.*/, '#another'))).rejects.toThrow(/^cannot use Redis at the master another of the sentinels /);
  });

  function ask(url: string): Promise<unknown> {
    const reader = new SnapshotReader({ ...options, url });
    onTestFinished(() => reader.close());
    return reader.counts();
  }
});

async function asOnOneServer(batches: number): Promise<Record<string, unknown>> {
  const plain = await startRedis();
  try {
    const { partition } = await OwnedPartition.claim(plain.redis, keys, SETTINGS);
    await partition.apply(writesAfter(batches), BigInt(batches));
    return await contents(plain.redis, keys.base);
  } finally {
    await plain.stop();
  }
}
