export { TestCluster } from './redis-cluster.ts';
export type { RedisProcess } from './redis-process.ts';
export { TestSentinels } from './redis-sentinels.ts';
