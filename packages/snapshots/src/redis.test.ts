import { expect, it } from 'vitest';
import { inTurn, type ScriptedRedis } from './redis.ts';

const server = { isCluster: false } as ScriptedRedis;

it('a long script waits for the one before it, also if that one fails', async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const calls = [
    inTurn(server, async () => {
      order.push('first begins');
      await first.promise.finally(() => order.push('first ends'));
    }),
    inTurn(server, async () => {
      order.push('second begins');
      return 'second';
    }),
  ];
  first.reject(new Error('no answer'));
  await expect(Promise.allSettled(calls)).resolves.toMatchObject([{ reason: new Error('no answer') }, { value: 'second' }]);
  expect(order).toEqual(['first begins', 'first ends', 'second begins']);
});

it('one that need not wait is sent at once: what comes after it may be made ready meanwhile', () => {
  let begun = false;
  void inTurn({ isCluster: false } as ScriptedRedis, async () => {
    begun = true;
  });
  expect(begun).toBe(true);
});

it('nodes of a Cluster do not wait for each other', async () => {
  const cluster = { isCluster: true } as ScriptedRedis;
  void inTurn(cluster, () => new Promise(() => {}));
  await expect(inTurn(cluster, async () => 'answered')).resolves.toBe('answered');
});
