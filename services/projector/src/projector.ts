import { setTimeout as sleep } from 'node:timers/promises';
import type { FoldSettings } from '@rollcall/fold';
import { ensureTopics, GroupReader, type LogOptions, LogWriter, type RecordBatch } from '@rollcall/log';
import { TICKS_PER_MILLISECOND } from '@rollcall/schema';
import { type Config, isRetryable, kafkaOptions, type Logger, patiently } from '@rollcall/service';
import { SnapshotStore } from '@rollcall/snapshots';
import { Deadlines } from './deadlines.ts';
import { derivedRecords } from './derived.ts';
import { clientsOf, foldBatch, readRecord } from './fold-batch.ts';
import type { SETTINGS } from './settings.ts';

/** How often deadlines are looked for, in milliseconds. */
const DEADLINE_ROUND = 500;

/** `rollcall.events` → fold → derived topics and Redis, until `signal` aborts. At least once: an event's offset is committed when its
 *  changes are in the derived topics and its client in Redis. */
export async function project(config: Config<typeof SETTINGS>, logger: Logger, signal: AbortSignal): Promise<void> {
  const log: LogOptions = { ...kafkaOptions(config), clientId: 'rollcall-projector', retries: 5, logger };
  const settings: FoldSettings = { clockSkew: ticks(config.CLOCK_SKEW), lateDisconnect: ticks(config.LATE_DISCONNECT) };
  const patience = { logger, signal, isPassing: isRetryable };
  const topicOptions = { partitions: config.PARTITIONS, replicationFactor: config.REPLICATION_FACTOR };
  const topics = await patiently('prepare the topics', () => ensureTopics(log, topicOptions), patience);
  const writer = new LogWriter(log);
  await patiently('connect to Kafka', () => writer.connect(), patience);
  const onError = (error: Error) => logger.debug({ error: error.message }, 'Redis client');
  const store = new SnapshotStore({ url: config.REDIS_URL, patient: true, onError, prefix: config.TOPIC_PREFIX, settings });
  const generation = await patiently('open Redis', () => store.open(config.PARTITIONS), patience);
  const deadlines = new Deadlines(store, writer, topics);

  const onBatch = async ({ partition, records, next }: RecordBatch) => {
    const read = records.map(readRecord);
    const ids = clientsOf(read);
    const clients = await patiently('load clients from Redis', () => store.load(generation, partition, [...ids.values()]), patience);
    const loaded = new Map([...ids.keys()].map((key, at) => [key, clients[at]] as const).filter(isLoaded));
    const folded = foldBatch(read, loaded, settings);
    await patiently('write to the derived topics', () => writer.append(derivedRecords(folded, topics, partition)), patience);
    const writes = [...folded.clients.values()].map(({ client, pending }) => ({
      client,
      due: pending && { at: pending.since + config.OFFLINE_GRACE, moved: pending.moved },
    }));
    await patiently('apply to Redis', () => store.apply(generation, partition, writes, next), patience);
    deadlines.watch(records);
    if (folded.refused.length > 0) logger.warn({ partition, count: folded.refused.length }, 'dead letters');
    logger.debug(
      { partition, next: String(next), records: records.length, changes: folded.changes.length, ...folded.ignored },
      'projected',
    );
  };

  const reader = new GroupReader(log, { groupId: config.CONSUMER_GROUP, topic: topics.events, concurrency: 4, onBatch });
  const failed = Promise.withResolvers<never>();
  await patiently('join the consumer group', () => reader.start(failed.reject), patience);
  logger.info({ topic: topics.events, partitions: config.PARTITIONS, generation }, 'ready');

  const rounds = (async () => {
    while (!signal.aborted) {
      for (const partition of reader.assigned()) {
        await patiently('append deadlines', () => deadlines.appendDue(generation, partition, Date.now()), patience);
      }
      await sleep(DEADLINE_ROUND, undefined, { signal }).catch(() => {});
    }
  })();
  await Promise.race([rounds, failed.promise]);
  await reader.close();
  await writer.close();
  store.close();
}

function ticks(milliseconds: number): bigint {
  return BigInt(milliseconds) * TICKS_PER_MILLISECOND;
}

function isLoaded<T>(entry: readonly [string, T | undefined]): entry is readonly [string, T] {
  return entry[1] !== undefined;
}
