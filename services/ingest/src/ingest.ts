import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureTopics,
  type HubMessage,
  type LogOptions,
  LogWriter,
  type NewRecord,
  Offsets,
  type Routing,
  route,
  WEAK_TOPIC,
  weakTopics,
} from '@rollcall/log';
import { type RejectionReason, type ToleratedField, topicNames } from '@rollcall/schema';
import {
  admission,
  type Config,
  faultPoints,
  kafkaOptions,
  type Logger,
  logReadiness,
  type Patience,
  patiently,
  Readiness,
  serveHttp,
} from '@rollcall/service';
import { connectAzure } from './azure.ts';
import { HubReader } from './hub-reader.ts';
import { JointWriter } from './joint-writer.ts';
import { createIngestMetrics } from './metrics.ts';
import { judge } from './remote-condition.ts';
import type { SETTINGS } from './settings.ts';
import { SourceTimes } from './source-times.ts';
import { WeightLimit } from './weight-limit.ts';

/** Records that are parsed before they are written: bounds the memory of one batch of large messages. */
const RECORDS_PER_WRITE = 5_000;
/** Bytes of messages that are parsed and written at the same time, of all partitions: each takes several times as much meanwhile. */
const BYTES_IN_WORK = 8_388_608;
/** Kafka is asked when no event is written, too: ready means that the next one would be. */
const KAFKA_ASKED_EVERY = 10_000;

/** Event Hubs → `rollcall.events`, until `signal` aborts. An event is read again until Kafka has acknowledged it. */
export async function ingest(config: Config<typeof SETTINGS>, logger: Logger, signal: AbortSignal): Promise<void> {
  const log: LogOptions = { ...kafkaOptions(config), clientId: 'rollcall-ingest', retries: 5, logger };
  const at = faultPoints(config.FAULTS, logger);
  const topics = topicNames(config.TOPIC_PREFIX);
  const routing: Routing = { hub: config.EVENTHUBS_NAME, topics, partitions: config.PARTITIONS, admission: admission(config) };
  const readiness = new Readiness();
  const sources = new SourceTimes();
  const metrics = createIngestMetrics({
    partitions: () => reader.partitions(),
    sources: () => sources.times,
    clockOffset: () => reader.clockOffset,
  });
  const writer = new LogWriter(log);
  const patience: Patience = { logger, signal, readiness, isPassing: (error) => judge(error).verdict === 'wait' };
  const inWork = new WeightLimit(BYTES_IN_WORK);

  const joint = new JointWriter((records) => patiently('write to Kafka', () => writer.append(records), patience));
  const routeAndWrite = async (messages: readonly HubMessage[]) => {
    const refused: RejectionReason[] = [];
    const tolerated: ToleratedField[] = [];
    let records: NewRecord[] = [];
    let events = 0;
    for (const message of messages) {
      const routed = route(message, routing);
      refused.push(...routed.refused.map(({ reason }) => reason));
      for (const field of routed.tolerated) tolerated.push(field);
      events += routed.records.length;
      records.push(...routed.records);
      if (records.length >= RECORDS_PER_WRITE) {
        await joint.write(records);
        records = [];
      }
    }
    await joint.write(records);
    await at('after-append');
    sources.note(records, messages.at(-1)?.enqueuedTime.getTime() ?? 0);
    metrics.batch(messages, events, refused);
    metrics.tolerated(tolerated);
    for (const [reason, { length }] of Map.groupBy(refused, (reason) => reason)) logger.warn({ reason, count: length }, 'dead letters');
  };
  const reader: HubReader = new HubReader({
    ...connectAzure(config),
    group: config.EVENTHUBS_CONSUMER_GROUP,
    checkpointInterval: config.CHECKPOINT_INTERVAL,
    ownershipExpiry: config.PARTITION_OWNERSHIP_EXPIRY,
    readAheadBytes: config.READ_AHEAD_BYTES,
    logger,
    counts: metrics,
    onBatch: (messages) => inWork.run(bytesOf(messages), () => routeAndWrite(messages)),
  });

  readiness.block('starting');
  const stopServing = await serveHttp(config, { readiness, metrics: metrics.registry, logger });
  const topicOptions = { partitions: config.PARTITIONS, replicationFactor: config.REPLICATION_FACTOR };
  await patiently('prepare the topics', () => ensureTopics(log, topicOptions), patience);
  for (const weak of await weakTopics(log, Object.values(topics))) logger.warn(weak, WEAK_TOPIC);
  await patiently('connect to Kafka', () => writer.connect(), patience);
  logReadiness(readiness, logger, signal);
  readiness.check(() => reader.obstacles());
  readiness.clear('starting');
  logger.info({ hub: config.EVENTHUBS_NAME, topic: topics.events, partitions: config.PARTITIONS }, 'started');
  void watchKafka(log, topics.events, patience);
  await reader.run(signal);
  await writer.close();
  await stopServing();
}

/** Asks Kafka now and then, so that an obstacle shows without any traffic. */
async function watchKafka(log: LogOptions, topic: string, patience: Patience): Promise<void> {
  const offsets = new Offsets({ ...log, retries: 0 });
  while (!patience.signal.aborted) {
    await patiently('reach Kafka', () => offsets.allBounds(topic), patience).catch(() => {});
    await sleep(KAFKA_ASKED_EVERY, undefined, { signal: patience.signal }).catch(() => {});
  }
  await offsets.close();
}

function bytesOf(messages: readonly HubMessage[]): number {
  let bytes = 0;
  for (const { body } of messages) bytes += body.length;
  return bytes;
}
