import {
  ensureTopics,
  type HubMessage,
  type LogOptions,
  LogWriter,
  type NewRecord,
  type Routing,
  route,
  WEAK_TOPIC,
  weakTopics,
} from '@rollcall/log';
import type { RejectionReason, ToleratedField } from '@rollcall/schema';
import {
  admission,
  type Config,
  faultPoints,
  isRetryable,
  kafkaOptions,
  type Logger,
  type Patience,
  patiently,
  Readiness,
  serveHttp,
} from '@rollcall/service';
import { connectAzure } from './azure.ts';
import { readHub } from './hub-reader.ts';
import { createIngestMetrics } from './metrics.ts';
import type { SETTINGS } from './settings.ts';

/** Records that are parsed before they are written: bounds the memory of one batch of large messages. */
const RECORDS_PER_WRITE = 5_000;

/** Event Hubs → `rollcall.events`, until `signal` aborts. An event is read again until Kafka has acknowledged it. */
export async function ingest(config: Config<typeof SETTINGS>, logger: Logger, signal: AbortSignal): Promise<void> {
  const log: LogOptions = { ...kafkaOptions(config), clientId: 'rollcall-ingest', retries: 5, logger };
  const at = faultPoints(config.FAULTS, logger);
  const readiness = new Readiness();
  const metrics = createIngestMetrics();
  const stopServing = await serveHttp(config, { readiness, metrics: metrics.registry, logger });
  readiness.block('starting');
  const patience: Patience = { logger, signal, readiness, isPassing: isRetryable };
  const topicOptions = { partitions: config.PARTITIONS, replicationFactor: config.REPLICATION_FACTOR };
  const topics = await patiently('prepare the topics', () => ensureTopics(log, topicOptions), patience);
  for (const weak of await weakTopics(log, Object.values(topics))) logger.warn(weak, WEAK_TOPIC);
  const writer = new LogWriter(log);
  await patiently('connect to Kafka', () => writer.connect(), patience);
  const azure = await patiently('connect to Azure', () => connectAzure(config), { ...patience, isPassing: isNetworkError });
  const routing: Routing = {
    hub: config.EVENTHUBS_NAME,
    topics,
    partitions: config.PARTITIONS,
    admission: admission(config),
  };

  const write = (records: readonly NewRecord[]) => patiently('write to Kafka', () => writer.append(records), patience);
  const onBatch = async (messages: readonly HubMessage[]) => {
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
        await write(records);
        records = [];
      }
    }
    await write(records);
    await at('after-append');
    metrics.batch(messages, events, refused);
    metrics.tolerated(tolerated);
    for (const [reason, { length }] of Map.groupBy(refused, (reason) => reason)) logger.warn({ reason, count: length }, 'dead letters');
  };

  readiness.clear('starting');
  logger.info({ hub: config.EVENTHUBS_NAME, topic: topics.events, partitions: config.PARTITIONS }, 'ready');
  await readHub({ ...azure, checkpointInterval: config.CHECKPOINT_INTERVAL, logger, onBatch }, signal);
  await writer.close();
  await stopServing();
}

/** What the storage SDK throws when nobody answers: no HTTP status. */
function isNetworkError(error: unknown): boolean {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return typeof code === 'string' && statusCode === undefined;
}
