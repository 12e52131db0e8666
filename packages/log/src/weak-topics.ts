import kafkajs from 'kafkajs';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';

/** A topic in which an acknowledged record may be on one broker only, or on so few that a majority of its replicas may not know of it. */
export interface WeakTopic {
  readonly topic: string;
  /** Of the partition that has the fewest. */
  readonly replicas: number;
  readonly minInsyncReplicas: number;
}

/** Of these topics those that can lose what they have acknowledged with one broker, though the cluster has several. Empty where the brokers do not
 *  say, for want of a right: it is good for a warning and for nothing else. */
export async function weakTopics(log: LogOptions, topics: readonly string[]): Promise<readonly WeakTopic[]> {
  const admin = createKafka(log).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length < 2) return [];
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    const configs = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['min.insync.replicas'] })),
    });
    return metadata.topics
      .map(({ name, partitions }) => ({
        topic: name,
        replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        minInsyncReplicas: Number(configs.resources.find(({ resourceName }) => resourceName === name)?.configEntries[0]?.configValue),
      }))
      .filter(isWeak);
  } catch (error) {
    log.logger.debug({ error: String(error) }, 'cannot find out how many replicas topics have');
    return [];
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Where all replicas are too few, Kafka asks for no more than there are. */
export function isWeak({ replicas, minInsyncReplicas }: Omit<WeakTopic, 'topic'>): boolean {
  const acknowledging = Math.min(minInsyncReplicas, replicas);
  return acknowledging < 2 || acknowledging + Math.floor(replicas / 2) < replicas;
}

/** For the log line of a service. */
export const WEAK_TOPIC = 'this topic can lose acknowledged records with one broker: give it 3 replicas and min.insync.replicas=2';
