import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTopics, GroupMember, type LogOptions, LogWriter, Offsets, type RecordBatch, WEAK_TOPIC, weakTopics } from '@rollcall/log';
import {
  type Config,
  faultPoints,
  foldOptions,
  isRetryable,
  kafkaOptions,
  type Logger,
  type Patience,
  patiently,
  Readiness,
  serveHttp,
} from '@rollcall/service';
import { ofMilliseconds, SnapshotStore } from '@rollcall/snapshots';
import { Assignment } from './assignment.ts';
import { Deadlines } from './deadlines.ts';
import { changeRecords, stateRecords } from './derived.ts';
import { createProjectorMetrics } from './metrics.ts';
import { partitionLog } from './partition-log.ts';
import { PartitionOwner } from './partition-owner.ts';
import type { SETTINGS } from './settings.ts';
import { SettingsInUse } from './settings-in-use.ts';

/** How often an idle partition is looked at, in milliseconds. */
const IDLE_ROUND = 900;
const CONCURRENCY = 8;

/** `rollcall.events` → fold → derived topics and Redis, until `signal` aborts; of the partitions that the group assigns to this process. */
export async function project(config: Config<typeof SETTINGS>, logger: Logger, signal: AbortSignal): Promise<void> {
  const { CONSUMER_GROUP: groupId, PARTITIONS: partitions } = config;
  const log: LogOptions = { ...kafkaOptions(config), clientId: 'rollcall-projector', retries: 5, logger };
  const settings = ofMilliseconds(foldOptions(config));
  const at = faultPoints(config.FAULTS, logger);
  const readiness = new Readiness();
  const metrics = createProjectorMetrics();
  const stopServing = await serveHttp(config, { readiness, metrics: metrics.registry, logger });
  readiness.block('starting');
  const patience: Patience = { logger, signal, readiness, isPassing: isRetryable };
  const topicOptions = { partitions, replicationFactor: config.REPLICATION_FACTOR };
  const topics = await patiently('prepare the topics', () => ensureTopics(log, topicOptions), patience);
  for (const weak of await weakTopics(log, Object.values(topics))) logger.warn(weak, WEAK_TOPIC);
  // A deadline that cannot be appended is due again a moment later: nobody waits for another attempt.
  const writer = new LogWriter({ ...log, retries: 0 });
  await patiently('connect to Kafka', () => writer.connect(), patience);
  const onError = (error: Error) => logger.debug({ error: error.message }, 'Redis client');
  const { REDIS_URL: url, TOPIC_PREFIX: prefix, CLIENT_CACHE: cache } = config;
  const store = new SnapshotStore({ url, patient: true, onError, prefix, settings, cache });
  await patiently('connect to Redis', () => store.connect(), patience);
  const offsets = new Offsets(log);

  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // It may be rejected before anybody waits for it.
  const assignments = new Map<number, Assignment>();
  const settingsInUse = new SettingsInUse(settings, logger);
  const claim = async (partition: number) => {
    const owned = await store.claim(partition, partitions);
    settingsInUse.compare(owned.active.settings);
    return owned;
  };
  const assign = (partition: number): Assignment => {
    const owner = new PartitionOwner({
      partition,
      log: partitionLog(partition, { log, topics, groupId, member, offsets, signal, at }),
      claim: () => claim(partition),
      changeRecords: (batch, tally) => changeRecords(batch, topics, partition, tally),
      stateRecords: (clients) => stateRecords(clients, topics, partition),
      metrics,
      logger,
      at,
    });
    return new Assignment({
      partition,
      owner,
      deadlines: new Deadlines(partition, writer, topics),
      pause: () => member.pause(partition),
      metrics,
      readiness,
      fail: failed.reject,
      logger,
    });
  };
  const onAssigned = (assigned: readonly number[]) => {
    for (const [partition, assignment] of assignments) {
      if (assigned.includes(partition)) continue;
      assignments.delete(partition);
      void assignment.revoke();
    }
    for (const partition of assigned) if (!assignments.has(partition)) assignments.set(partition, assign(partition));
  };
  const onBatch = async (batch: RecordBatch) => assignments.get(batch.partition)?.project(batch);
  const member = new GroupMember(log, { groupId, topic: topics.events, concurrency: CONCURRENCY, onAssigned, onBatch });
  await patiently('join the consumer group', () => member.join(failed.reject), patience);
  // Ready once what was assigned first is taken over: until then a reader would find partitions incomplete.
  void Promise.all([...assignments.values()].map((assignment) => assignment.takenOver())).then(() => {
    if (signal.aborted) return;
    readiness.clear('starting');
    logger.info({ topic: topics.events, partitions }, 'ready');
  });

  const rounds = (async () => {
    while (!signal.aborted) {
      for (const assignment of assignments.values()) void assignment.idle();
      await sleep(IDLE_ROUND, undefined, { signal }).catch(() => {});
    }
  })();
  await Promise.race([rounds, failed.promise]);
  await Promise.all([...assignments.values()].map((assignment) => assignment.revoke()));
  await member.leave();
  await Promise.all([writer.close(), offsets.close()]);
  store.close();
  await stopServing();
}
