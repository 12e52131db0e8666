import { setTimeout as sleep } from 'node:timers/promises';
import { Keys } from '@rollcall/snapshots';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import type { FoldingPlace } from '../folding.ts';

/** Resolves when Redis shows all that is in the log by now. */
export async function untilFolded({ stack, log }: FoldingPlace): Promise<void> {
  const redis = new RedisConnection(stack.ports.redis);
  for (const [partition, end] of await log.ends()) {
    const watermark = async () => BigInt(String((await redis.ask('HGET', new Keys().partition(1, partition).meta(), 'watermark')) ?? -1));
    while ((await watermark()) < end) await sleep(20);
  }
  redis.close();
}
