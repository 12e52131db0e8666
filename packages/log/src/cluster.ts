import type { Broker, Cluster, ConsumerConfig, PartitionAssigner } from 'kafkajs';
import { groupOfOne } from './group-of-one.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { within } from './within.ts';

/** How long a consumer relies on what it knows of leaders, in milliseconds. A leader that is cut off from the controller answers a fetch with nothing
 *  new and without an error, so kafkajs would not look for another one. */
export const METADATA_MAX_AGE = 10_000;

/** The brokers, their topics and leaders, as kafkajs knows them; to be connected and disconnected by the caller. kafkajs shows it only to the
 *  assigners of a consumer, so a consumer is made that never joins a group. */
export function createCluster(log: LogOptions, config: Partial<ConsumerConfig> = {}, requestTimeout?: number): KafkaCluster {
  const clusters: Cluster[] = [];
  const seeing: PartitionAssigner = (seen) => {
    clusters.push(seen.cluster);
    return groupOfOne('', [])(seen);
  };
  createKafka(log, requestTimeout).consumer({ groupId: log.clientId, ...config, partitionAssigners: [seeing] });
  const [cluster] = clusters;
  if (cluster === undefined) throw new TypeError('an assigner is shown the cluster');
  return cluster as unknown as KafkaCluster;
}

/** kafkajs waits for answers that are still under way, and a frozen broker gives none: it is not waited for. Never throws. */
export async function disconnect(cluster: KafkaCluster): Promise<void> {
  // A connection that fails from now on would have kafkajs open others, which nobody would close.
  cluster.connect = cluster.refreshMetadata = async () => {
    throw new Error('the cluster was disconnected');
  };
  await within(LONGEST_GOODBYE, cluster.disconnect()).catch(() => {});
}

/** In milliseconds. */
const LONGEST_GOODBYE = 500;

/** What kafkajs' published types leave out. Errors are KafkaJSError; those that a broker answered with have its `type`, such as
 *  `CONCURRENT_TRANSACTIONS`. */
export interface KafkaCluster extends Omit<Cluster, 'findBroker' | 'findControllerBroker' | 'findGroupCoordinator'> {
  findBroker(node: { nodeId: string | number }): Promise<KafkaBroker>;
  findControllerBroker(): Promise<KafkaBroker>;
  findGroupCoordinator(wanted: { groupId: string; coordinatorType: number }): Promise<KafkaBroker>;
}

export interface KafkaBroker extends Omit<Broker, 'produce' | 'offsetFetch'> {
  readonly nodeId: number;
  findGroupCoordinator(wanted: {
    groupId: string;
    coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  /** `isolationLevel`: 0 for all that is appended, 1 for what is committed. */
  listOffsets(request: {
    isolationLevel: number;
    topics: readonly { topic: string; partitions: readonly { partition: number; timestamp: number }[] }[];
  }): Promise<OffsetsResponse>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
  }): Promise<OffsetsResponse>;
  produce(request: object): Promise<ProduceResponse>;
  initProducerId(request: { transactionalId?: string | undefined; transactionTimeout?: number | undefined }): Promise<ProducerIdentity>;
  addPartitionsToTxn(request: object): Promise<unknown>;
  addOffsetsToTxn(request: object): Promise<unknown>;
  txnOffsetCommit(request: object): Promise<unknown>;
  endTxn(request: object): Promise<unknown>;
}

/** An offset that is not there is -1. */
export interface OffsetsResponse {
  readonly responses: readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[];
}

export interface ProduceResponse {
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly { readonly partition: number }[] }[];
}

export interface ProducerIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** The type of an error that a broker answered with; undefined for any other error. */
export function answeredType(error: unknown): string | undefined {
  return (error as { type?: string } | undefined)?.type;
}
