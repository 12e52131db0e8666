import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

// What patches/ioredis+6.0.0.patch changes; this fails without it.
it('a pipeline has no accessor of its own: V8 would keep each pipeline and its answers until it next compacts the heap', () => {
  const redis = new Redis({ lazyConnect: true });
  const pipeline = redis.pipeline().get('a').get('b');
  expect(Object.hasOwn(pipeline, 'length')).toBe(false);
  expect(pipeline.length).toBe(2);
  redis.disconnect();
});

it('what is sent without waiting is in no map that lives on: once its table is old, V8 would keep all that was ever in it until then', async () => {
  const redis = new Redis({ lazyConnect: true, enableAutoPipelining: true, enableOfflineQueue: false });
  const maps = () => ['_autoPipelines', '_runningAutoPipelines'].map((name) => Reflect.get(redis, name));
  const before = maps();
  await expect(redis.get('a')).rejects.toThrow();
  maps().forEach((map, at) => {
    expect(map).toHaveProperty('size', 0);
    expect(map).not.toBe(before[at]);
  });
  redis.disconnect();
});
