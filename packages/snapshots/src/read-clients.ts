import type { PartitionKeys } from './keys.ts';
import { pairs, type ScriptedRedis } from './redis.ts';

/** Clients per script call: Redis answers nobody else while a script runs. */
export const CLIENTS_PER_CALL = 50;

/** What READ_CLIENTS finds of some clients of a partition, by their keys: all of one moment. */
export async function readClients(redis: ScriptedRedis, keys: PartitionKeys, clients: readonly string[]) {
  const names = [keys.meta(), keys.sources(), ...clients.map((key) => keys.client(key)), keys.absent()];
  const [watermark, chain, sources, ...texts] = await redis.readClients(names.length, ...names);
  return { watermark, chain, sources: new Map(pairs(sources)), texts };
}
