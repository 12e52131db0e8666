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
