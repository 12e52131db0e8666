import { RedisConnection } from '../chaos/redis-connection.ts';

/** Redis as it is by default. Ours on one machine keeps each write in a file, for tests that kill it; a projector brings one back without. */
export async function withoutAppendOnlyFile(port: number): Promise<void> {
  const redis = new RedisConnection(port);
  await redis.ask('CONFIG', 'SET', 'appendonly', 'no');
  redis.close();
}
