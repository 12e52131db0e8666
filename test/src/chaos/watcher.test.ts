import { type StartedStack, startStack } from '@rollcall/local';
import { clientKey, partitionOf } from '@rollcall/schema';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { PARTITIONS } from './log-history.ts';
import { RedisConnection } from './redis-connection.ts';
import { Watcher } from './watcher.ts';

const KEY = clientKey('fleet', 'sensor 0');
const BASE = `rollcall:{1:${partitionOf(KEY, PARTITIONS)}}:`;

let stack: StartedStack;
let redis: RedisConnection;
beforeAll(async () => {
  stack = await startStack({ parts: ['redis'] });
  redis = new RedisConnection(stack.ports.redis);
});
afterAll(async () => {
  redis?.close();
  await stack?.stop();
});
beforeEach(async () => void (await redis.ask('FLUSHALL')));

function watch(): Watcher {
  const watcher = new Watcher(stack.ports.redis, 'fleet');
  onTestFinished(() => watcher.stop());
  return watcher;
}

/** What Redis shows from now on, once the reader has seen it. */
async function show(watcher: Watcher, watermark: string, offset: string): Promise<void> {
  await redis.ask(
    'EVAL',
    `redis.call('SET', 'rollcall:generation', 1)
     redis.call('HSET', KEYS[1], 'watermark', ARGV[1]) redis.call('SET', KEYS[2], cjson.encode({ offset = ARGV[2] }))`,
    '2',
    `${BASE}meta`,
    `${BASE}client:${KEY}`,
    watermark,
    offset,
  );
  const { rounds } = watcher;
  await vi.waitFor(() => expect(watcher.rounds).toBeGreaterThan(rounds + 1));
}

it('sees nothing wrong in a client that stays and moves on', async () => {
  const watcher = watch();
  await show(watcher, '10', '9');
  await show(watcher, '12', '9');
  await show(watcher, '13', '12');
  expect(watcher.violations).toEqual([]);
});

it('sees a client go backwards', async () => {
  const watcher = watch();
  await show(watcher, '10', '9');
  await show(watcher, '10', '8');
  expect(watcher.violations).toEqual([`a reader saw ${KEY} at offset 9, and then at 8, with the watermark at 10`]);
});

it('sees a client vanish', async () => {
  const watcher = watch();
  await show(watcher, '10', '9');
  await redis.ask('DEL', `${BASE}client:${KEY}`);
  await vi.waitFor(() => expect(watcher.violations).toEqual([`a reader saw ${KEY} at offset 9, and then at -1, with the watermark at 10`]));
});

it('excuses what Redis itself lost, until Redis has come as far again, and nothing after that', async () => {
  const watcher = watch();
  await show(watcher, '10', '9');
  await watcher.whileLosing(async () => void (await redis.ask('FLUSHALL')));
  await show(watcher, 'restoring', '4');
  await show(watcher, '5', '3');
  await show(watcher, '10', '7');
  expect(watcher.violations).toEqual([]);
  await show(watcher, '10', '6');
  expect(watcher.violations).toEqual([`a reader saw ${KEY} at offset 7, and then at 6, with the watermark at 10`]);
});
