import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import './compression.ts';
import type { LogOptions } from './options.ts';

/** One client instance; producers and consumers that share one also share its view of committed offsets. */
export function createKafka({ brokers, clientId, tls, sasl, retries, logger }: LogOptions): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl: tls ?? false,
    ...(sasl && { sasl: sasl as SASLOptions }),
    connectionTimeout: 3_000,
    retry: { retries, initialRetryTime: 100, maxRetryTime: 2_000 },
    logLevel: logLevel.WARN,
    // It logs as errors what it then retries; what it gives up on, it throws.
    logCreator:
      () =>
      ({ namespace, log }) =>
        logger.debug({ kafka: namespace, detail: log.message, error: log['error'] }, 'Kafka client'),
  });
}
