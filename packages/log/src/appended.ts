import type { Cluster, PartitionAssigner } from 'kafkajs';
import { groupOfOne } from './group-of-one.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';

/** In each partition, the offset that the next record will get, whether those before it are committed or not. kafkajs asks for offsets as a
 *  reader of committed records would, but for the consumers that read all; and it shows the cluster of those to their assigners only. */
export async function appendedEnds(
  log: LogOptions,
  topic: string,
): Promise<readonly { readonly partition: number; readonly offset: string }[]> {
  const clusters: Cluster[] = [];
  const seeing: PartitionAssigner = (config) => {
    clusters.push(config.cluster);
    return groupOfOne(topic, [])(config);
  };
  createKafka(log).consumer({ groupId: `${log.clientId}-offsets`, readUncommitted: true, partitionAssigners: [seeing] });
  const [cluster] = clusters;
  if (cluster === undefined) throw new TypeError('an assigner is shown the cluster');
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]);
    return found?.partitions ?? [];
  } finally {
    await cluster.disconnect();
  }
}
