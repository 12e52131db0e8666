import { type ClientKey, decodeName, encodeName } from '@rollcall/schema';
import { parseBucket } from './bucket.ts';
import { parseCounts } from './bucket-counts.ts';
import type { PartitionKeys } from './keys.ts';
import type { ScriptedRedis } from './redis.ts';

/** The clients of a partition in one generation, in portions. One that changes meanwhile may come twice, or not at all. */
export async function* everyClient(redis: ScriptedRedis, keys: PartitionKeys, portion: number): AsyncIterable<readonly ClientKey[]> {
  for (const [bucket] of parseCounts(Object.entries(await redis.hgetall(keys.counts())))) {
    const { namespace } = parseBucket(bucket);
    const index = keys.index('name', bucket);
    for (let from = 0; ; from += portion) {
      const names = await redis.zrange(index, String(from), String(from + portion - 1));
      if (names.length === 0) break;
      yield names.map((name) => ({ key: `${encodeName(namespace)}/${name}`, namespace, client: decodeName(name) }));
    }
  }
}
