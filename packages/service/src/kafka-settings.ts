import { z } from 'zod';
import { type Config, ConfigInvalid } from './config.ts';

/** How to reach Kafka: the same variables for the services and the command line. */
export const KAFKA_SETTINGS = {
  KAFKA_BROKERS: {
    type: z
      .string()
      .transform((list) => list.split(',').map((broker) => broker.trim()))
      .refine((brokers) => brokers.every((broker) => /^.+:\d{1,5}$/.test(broker)), 'expected host:port, separated by commas'),
    help: 'host:port of some Kafka brokers, separated by commas',
  },
  KAFKA_TLS: { type: z.enum(['true', 'false']).transform((text) => text === 'true'), help: 'true: TLS to the brokers', default: 'false' },
  KAFKA_SASL_MECHANISM: {
    type: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
    help: 'plain, scram-sha-256 or scram-sha-512',
    optional: true,
  },
  KAFKA_SASL_USERNAME: { type: z.string(), help: 'SASL user', optional: true },
  KAFKA_SASL_PASSWORD: { type: z.string(), help: 'SASL password', optional: true, secret: true },
  TOPIC_PREFIX: {
    type: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'expected letters, digits, dots, dashes and underscores'),
    help: 'prefix of the topics and of the Redis keys',
    default: 'rollcall',
  },
} as const;

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number) {
  const message = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((number) => number >= least && number <= most, message);
}

/** Settings of whoever creates the topics. */
export const TOPIC_SETTINGS = {
  PARTITIONS: { type: wholeNumber(1, 10_000), help: 'number of partitions of the topics, fixed for their life', default: '16' },
  REPLICATION_FACTOR: {
    type: z.union([z.literal('-1').transform(() => -1), wholeNumber(1, 100)]),
    help: 'of topics that are created; -1: the default of the brokers',
    default: '-1',
  },
} as const;

/** The projectors' consumer group: for themselves, and for whoever asks how far they are. */
export const GROUP_SETTINGS = {
  CONSUMER_GROUP: { type: z.string(), help: 'consumer group of all projectors of these topics', default: 'rollcall-projector' },
} as const;

/** The part of packages/log's options that comes from the environment. Throws ConfigInvalid. */
export function kafkaOptions(config: Config<typeof KAFKA_SETTINGS>) {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config;
  if (mechanism !== undefined && (username === undefined || password === undefined)) {
    throw new ConfigInvalid('KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
  }
  return {
    brokers: config.KAFKA_BROKERS,
    prefix: config.TOPIC_PREFIX,
    tls: config.KAFKA_TLS,
    ...(mechanism !== undefined && username !== undefined && password !== undefined && { sasl: { mechanism, username, password } }),
  };
}
