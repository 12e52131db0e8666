export { type ClientId, Keys, PartitionKeys, partitionOfClient } from './keys.ts';
export { ChainBroken, type ClientWrite, type OwnedPartition, type Watermark } from './owned-partition.ts';
export {
  type ClientView,
  CursorInvalid,
  type ListFilter,
  type NamespaceCounts,
  NoSnapshots,
  type Page,
  PartitionRestoring,
  SnapshotReader,
} from './reader.ts';
export { type RedisOptions, RedisUnavailable } from './redis.ts';
export { PartitionsDiffer, SnapshotStore } from './store.ts';
