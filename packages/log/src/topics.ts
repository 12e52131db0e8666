import { type Topics, topicNames } from '@rollcall/schema';
import { LogUnavailable, TopicsDiffer } from './errors.ts';
import { createKafka } from './kafka.ts';
import { Offsets } from './offsets.ts';
import type { LogOptions } from './options.ts';
import { whenReady } from './when-ready.ts';

const DAY = 86_400_000;
const MEGABYTE = 1_048_576;

/** Settings of each topic where this program creates it; an operator's own stay as they are. */
function topicConfigs(topics: Topics): Record<string, Record<string, string | number>> {
  return {
    // The broker's clock decides when a deadline falls due and what "at that time" means.
    [topics.events]: { 'retention.ms': 30 * DAY, 'message.timestamp.type': 'LogAppendTime', 'max.message.bytes': 2 * MEGABYTE },
    [topics.deadLetters]: { 'retention.ms': 30 * DAY, 'max.message.bytes': 24 * MEGABYTE },
    [topics.changes]: { 'retention.ms': 7 * DAY, 'max.message.bytes': 8 * MEGABYTE },
    [topics.state]: {
      'cleanup.policy': 'compact',
      'min.compaction.lag.ms': 0,
      'max.compaction.lag.ms': DAY,
      'max.message.bytes': 8 * MEGABYTE,
    },
  };
}

export interface TopicOptions {
  /** Fixed for the life of the topics. */
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
}

/** Creates the topics that are missing and checks the number of partitions of the others. Throws TopicsDiffer, LogUnavailable.
 *  A topic has a leader before that broker knows it: what is created here can be written to. */
export async function ensureTopics(options: LogOptions, wanted: TopicOptions): Promise<Topics> {
  const topics = await whenReady(() => createMissing(options, wanted));
  const offsets = new Offsets(options);
  try {
    for (const topic of Object.values(topics)) await offsets.allBounds(topic);
  } finally {
    await offsets.close();
  }
  return topics;
}

async function createMissing(options: LogOptions, { partitions, replicationFactor }: TopicOptions): Promise<Topics> {
  const topics = topicNames(options.prefix);
  const configs = topicConfigs(topics);
  const admin = createKafka(options).admin();
  try {
    await admin.connect();
    const existing = await admin.listTopics();
    const missing = Object.keys(configs).filter((topic) => !existing.includes(topic));
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor,
        configEntries: Object.entries(configs[topic] ?? {}).map(([name, value]) => ({ name, value: String(value) })),
      })),
    });
    const { topics: found } = await admin.fetchTopicMetadata({ topics: Object.keys(configs) });
    const other = found.find((topic) => topic.partitions.length !== partitions);
    if (other)
      throw new TopicsDiffer(`${other.name} has ${other.partitions.length} partitions, not ${partitions}: their number cannot change`);
    return topics;
  } catch (error) {
    if (error instanceof TopicsDiffer) throw error;
    throw new LogUnavailable(`prepare the topics at ${options.brokers.join(', ')}`, true, error);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
