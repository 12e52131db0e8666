import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
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
    // What the client logs as an error it mostly retries by itself; what it does not, it throws.
    logCreator:
      () =>
      ({ namespace, level, log }) => {
        const { message, timestamp: _timestamp, logger: _logger, ...fields } = log;
        if (level <= logLevel.ERROR) logger.warn({ kafka: namespace, detail: message, error: fields['error'] }, 'Kafka client');
        else logger.debug({ kafka: namespace, detail: message }, 'Kafka client');
      },
  });
}
