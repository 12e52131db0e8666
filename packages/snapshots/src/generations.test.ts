import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Generations } from './generations.ts';
import { Keys } from './keys.ts';
import { hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';

describe.skipIf(!hasRedisServer())('the generations that projectors write', () => {
  let server: TestRedis;
  let generations: Generations;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    await server.redis.flushall();
    generations = new Generations(server.redis, new Keys('test'));
    await generations.establish();
  });

  it('are read once for all partitions that ask at the same time', async () => {
    await server.redis.config('RESETSTAT');
    const answers = await Promise.all(Array.from({ length: 16 }, () => generations.followed()));
    expect(new Set(answers.map(String))).toEqual(new Set(['1']));
    expect(await server.redis.info('commandstats')).toMatch(/cmdstat_hgetall:calls=1,/);
  });

  it('are read anew for whoever asks after a change, though an answer is on its way', async () => {
    await generations.mark(2, 'followed');
    const before = generations.followed();
    await Promise.resolve();
    const [, after] = await Promise.all([generations.activate(1, 2), generations.followed()]);
    expect(await before).toEqual([2, 1]);
    expect(after).toEqual([1, 2]);
  });
});
