export { type ClientId, Keys, PartitionKeys, partitionOfClient } from './keys.ts';
export { type ClaimedPartition, OwnedGenerations } from './owned-generations.ts';
export { ChainBroken, type ClientWrite, type OwnedPartition, type Watermark } from './owned-partition.ts';
export { foldInto, loadAndFold, type ProjectionSettings, writesOf } from './projection.ts';
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
