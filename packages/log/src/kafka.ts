import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import './compression.ts';
import type { LogOptions } from './options.ts';

/** One client instance; producers and consumers that share one also share its view of committed offsets.
 *  `requestTimeout`: how long an answer may take, in milliseconds. */
export function createKafka({ brokers, clientId, tls, sasl, retries, logger }: LogOptions, requestTimeout = 30_000): Kafka {
  return new Kafka({
    // kafkajs begins with the first, and again with it in each new client: a frozen one would stop them all.
    brokers: shuffled(brokers),
    clientId,
    requestTimeout,
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

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0] as T);
}
