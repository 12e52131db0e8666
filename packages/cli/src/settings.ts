import type { FoldOptions, RollcallOptions } from '@rollcall/client';
import {
  ADMISSION_SETTINGS,
  admission,
  FOLD_CHANGES,
  foldOptions,
  GROUP_SETTINGS,
  KAFKA_SETTINGS,
  kafkaOptions,
  localStack,
  readConfig,
} from '@rollcall/service';
import { z } from 'zod';

/** Where Rollcall is: REDIS_URL and KAFKA_*, or else the local stack; and what it was told, as the services were. Throws ConfigInvalid. */
export function rollcallOptions(env: NodeJS.ProcessEnv): RollcallOptions {
  const local = localStack(env);
  const settings = {
    ...KAFKA_SETTINGS,
    ...ADMISSION_SETTINGS,
    ...GROUP_SETTINGS,
    REDIS_URL: { type: z.string(), help: 'where Redis is', secret: true },
  } as const;
  const config = readConfig(settings, {
    ...env,
    KAFKA_BROKERS: env['KAFKA_BROKERS'] || local.kafkaBrokers,
    REDIS_URL: env['REDIS_URL'] || local.redisUrl,
  });
  const { prefix, ...kafka } = kafkaOptions(config);
  return {
    redisUrl: config.REDIS_URL,
    kafka,
    prefix,
    admission: admission(config),
    consumerGroup: config.CONSUMER_GROUP,
  };
}

/** What a rebuild is told to change. Throws ConfigInvalid. */
export function foldChanges(env: NodeJS.ProcessEnv): FoldOptions {
  return foldOptions(readConfig(FOLD_CHANGES, env));
}

export interface HubAddress {
  readonly connectionString?: string;
  readonly namespace?: string;
  readonly hub: string;
}

/** Where to publish: EVENTHUBS_*, or else the local stack. Throws ConfigInvalid. */
export function hubAddress(env: NodeJS.ProcessEnv, localHub: string): HubAddress {
  const { EVENTHUBS_CONNECTION_STRING: connectionString, EVENTHUBS_NAMESPACE: namespace, EVENTHUBS_NAME: hub = localHub } = env;
  if (connectionString) return { connectionString, hub };
  if (namespace) return { namespace, hub };
  return { connectionString: localStack(env).eventHubsConnectionString, hub };
}
