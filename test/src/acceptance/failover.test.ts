import { startStack } from '@rollcall/local';
import { Keys } from '@rollcall/snapshots';
import { type RedisProcess, TestCluster, TestSentinels } from '@rollcall/snapshots/testing';
import { expect, it } from 'vitest';
import { single } from './event-hub.ts';
import { expectPlainFold } from './expect-plain-fold.ts';
import { fleetEvents } from './fleet.ts';
import { plainFold } from './plain-fold.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';

/** Redis with a spare for a master that holds snapshots. */
interface Redundant extends AsyncDisposable {
  readonly url: string;
  /** Kills that master. The spare takes its place when it finds out. */
  lose(): Promise<void>;
}

async function cluster(): Promise<Redundant> {
  const redis = await TestCluster.start();
  const { base } = new Keys().partition(1, 0);
  const master: RedisProcess = await redis.masterOf(base);
  await redis.addReplica(master);
  return { url: redis.url, lose: () => master.kill(), [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
}

async function sentinels(): Promise<Redundant> {
  const redis = await TestSentinels.start();
  const master = await redis.master();
  return { url: redis.url, lose: () => master.kill(), [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
}

it.each([
  ['in a Cluster', cluster],
  ['that Sentinels watch', sentinels],
])('loses nothing when a Redis master %s dies in the middle of a load', { timeout: 180_000 }, async (_, start) => {
  await using redis = await start();
  const stack = await startStack({ parts: ['kafka', 'azurite', 'eventhubs', 'ingest'], env: { OFFLINE_GRACE: '1h' } });
  try {
    await stack.add('projector', { as: 'redundant', env: { REDIS_URL: redis.url } }).start();
    await using test = new RollcallUnderTest({ ...stack, redisUrl: redis.url, env: { ...stack.env, REDIS_URL: redis.url } });
    const events = fleetEvents('failover', 500, 4_000);
    const [before, after] = [events.slice(0, 2_000), events.slice(2_000)];
    await test.hub.send(before.map(single));
    await eventually(async () => expect(await test.rollcall.counts('failover')).toHaveLength(1));
    await redis.lose();
    await test.hub.send(after.map(single));
    await eventually(() => expectPlainFold(test, 'failover', plainFold(events)), 120_000);
    const { stdout } = await test.command('counts', 'failover');
    expect(stdout).toContain('failover');
  } finally {
    await stack.stop();
  }
});
