import { FOLD_VERSION, FoldVersionDiffers } from '@rollcall/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newGeneration } from './generation-text.ts';
import { type Generation, Generations } from './generations.ts';
import { SETTINGS } from './histories.test-kit.ts';
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
    await generations.establish(SETTINGS);
  });

  const followed = async () => (await generations.followed()).map(({ number }) => number);

  it('are each folded by the settings that they were begun with, whatever a projector is told later', async () => {
    await generations.establish({ ...SETTINGS, clockSkew: 7n, sessionsKept: 1 });
    const [only] = await generations.followed();
    expect(only).toEqual({ number: 1, status: 'followed', foldVersion: FOLD_VERSION, settings: SETTINGS });
    const other = { ...SETTINGS, sessionsKept: 0, offlineGrace: 1 };
    await generations.mark({ number: 2, ...newGeneration('followed', other) });
    expect((await generations.followed()).map(({ settings }) => settings)).toEqual([other, SETTINGS]);
  });

  it('may be of version 1 of the fold, which wrote no settings: this version goes on from there', async () => {
    await server.redis.hset('test:generations', '1', 'followed 1');
    expect(await generations.followed()).toEqual([{ number: 1, status: 'followed', foldVersion: 1, settings: undefined }]);
    const beside = { number: 2, ...newGeneration('followed', SETTINGS) };
    await generations.mark(beside);
    expect((await generations.followed()).map(({ number, foldVersion }) => [number, foldVersion])).toEqual([
      [2, FOLD_VERSION],
      [1, 1],
    ]);
  });

  it('of version 1 get the settings of the first that claims them, for good: a projector of version 1 reads no further than its own words', async () => {
    await server.redis.hset('test:generations', '1', 'followed 1');
    const [found] = (await generations.followed()) as [Generation];
    const other = { ...SETTINGS, sessionsKept: 7 };
    const settled = await Promise.all([generations.settle(found, SETTINGS), generations.settle(found, other)]);
    expect(settled[1]).toEqual(settled[0]);
    expect(await generations.followed()).toEqual([{ number: 1, status: 'followed', foldVersion: 1, settings: settled[0] }]);
    expect(await server.redis.hget('test:generations', '1')).toMatch(/^followed 1 \{/);
  });

  it('cannot be settled where they are gone', async () => {
    const gone = { number: 9, status: 'followed', foldVersion: 1, settings: undefined } as const;
    expect(await generations.settle(gone, SETTINGS)).toBeUndefined();
    expect(await generations.list()).toHaveLength(1);
  });

  it('of a later version are none to go on from', async () => {
    await server.redis.hset('test:generations', '1', `followed ${FOLD_VERSION + 1}`);
    await expect(generations.followed()).rejects.toThrow(FoldVersionDiffers);
  });

  it('are read once for all partitions that ask at the same time', async () => {
    await server.redis.config('RESETSTAT');
    const answers = await Promise.all(Array.from({ length: 16 }, () => followed()));
    expect(new Set(answers.map(String))).toEqual(new Set(['1']));
    expect(await server.redis.info('commandstats')).toMatch(/cmdstat_hgetall:calls=1,/);
  });

  it('are read anew for whoever asks after a change, though an answer is on its way', async () => {
    await generations.mark({ number: 2, ...newGeneration('followed', SETTINGS) });
    const before = followed();
    await Promise.resolve();
    const [, after] = await Promise.all([generations.activate(1, 2), followed()]);
    expect(await before).toEqual([2, 1]);
    expect(after).toEqual([1, 2]);
  });
});
