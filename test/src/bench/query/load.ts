import { pendingEnding } from '@rollcall/fold';
import { type ClientWrite, DEFAULT_PROJECTION, partitionOfClient, SnapshotStore } from '@rollcall/snapshots';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import { clientOf } from './fleet.ts';

/** Clients that are written at once. */
const PORTION = 500;
const HOUR = 3_600_000;

/** Fills an empty Redis with so many clients, as a projector writes them, up to the start of an empty log. Gives the bytes that each takes,
 *  keys and indexes included. */
export async function load(redisUrl: string, clients: number, partitions: number, say: (line: string) => void): Promise<number> {
  const redis = new RedisConnection(Number(new URL(redisUrl).port));
  const store = new SnapshotStore({ url: redisUrl, patient: false, onError: () => {}, prefix: 'rollcall', settings: DEFAULT_PROJECTION });
  try {
    await store.connect();
    const owned = await Promise.all(Array.from({ length: partitions }, (_, partition) => store.claim(partition, partitions)));
    const writes = owned.map((): ClientWrite[] => []);
    const applied: Promise<void>[] = owned.map(() => Promise.resolve());
    const before = await usedMemory(redis);
    for (let n = 0; n < clients; n++) {
      const client = clientOf(n);
      const partition = partitionOfClient(client, partitions);
      const portion = writes[partition] ?? [];
      const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
      portion.push({ client, due: pending ? { at: Date.now() + HOUR, moved: true } : undefined });
      if (portion.length < PORTION) continue;
      writes[partition] = [];
      await applied[partition];
      applied[partition] = owned[partition]?.active.apply(portion) ?? Promise.resolve();
      if (n % 100_000 < PORTION) say(`${n.toLocaleString('en')} clients`);
    }
    for (const [partition, { active }] of owned.entries()) {
      await applied[partition];
      await active.apply(writes[partition] ?? [], 0n);
    }
    return ((await usedMemory(redis)) - before) / clients;
  } finally {
    store.close();
    redis.close();
  }
}

/** Bytes, while Redis is not rewriting its file: that takes some for itself. */
async function usedMemory(redis: RedisConnection): Promise<number> {
  while (/aof_rewrite_(in_progress|scheduled):1/.test(String(await redis.ask('INFO', 'persistence'))))
    await new Promise((resolve) => setTimeout(resolve, 200));
  return Number(/used_memory:(\d+)/.exec(String(await redis.ask('INFO', 'memory')))?.[1]);
}
