import path from 'node:path';
import { z } from 'zod';
import { type Config, readConfig } from './config.ts';

const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port from 1 to 65535')
  .transform(Number)
  .refine((port) => port >= 1 && port <= 65_535, 'expected a port from 1 to 65535');

/** Where the local stack listens and keeps its data. The stack and the command line read the same variables. */
export const LOCAL_STACK_SETTINGS = {
  ROLLCALL_MQTT_PORT: { type: Port, help: 'port of the local MQTT front', default: '1883' },
  ROLLCALL_EVENTHUBS_PORT: { type: Port, help: 'port of the local Event Hubs emulator', default: '5672' },
  ROLLCALL_KAFKA_PORT: { type: Port, help: 'port of the local Kafka', default: '9092' },
  ROLLCALL_REDIS_PORT: { type: Port, help: 'port of the local Redis', default: '6379' },
  ROLLCALL_AZURITE_PORT: { type: Port, help: 'port of the local blob storage emulator', default: '10000' },
  ROLLCALL_DATA_DIR: {
    type: z.string().transform((dir) => path.resolve(dir)),
    help: 'folder of the local stack: data, logs, process ids',
    default: '.rollcall',
  },
} as const;

export const LOCAL_HUB = 'lifecycle';
export const LOCAL_NAMESPACE = 'local';
export const LOOPBACK = '127.0.0.1';

export interface LocalStack {
  readonly ports: {
    readonly mqtt: number;
    readonly eventhubs: number;
    readonly kafka: number;
    readonly redis: number;
    readonly azurite: number;
  };
  readonly dataDir: string;
  readonly kafkaBrokers: string;
  readonly redisUrl: string;
  readonly eventHubsConnectionString: string;
  readonly blobConnectionString: string;
}

/** The addresses of the local stack that `env` describes. Throws ConfigInvalid. */
export function localStack(env: NodeJS.ProcessEnv): LocalStack {
  const config: Config<typeof LOCAL_STACK_SETTINGS> = readConfig(LOCAL_STACK_SETTINGS, env);
  const ports = {
    mqtt: config.ROLLCALL_MQTT_PORT,
    eventhubs: config.ROLLCALL_EVENTHUBS_PORT,
    kafka: config.ROLLCALL_KAFKA_PORT,
    redis: config.ROLLCALL_REDIS_PORT,
    azurite: config.ROLLCALL_AZURITE_PORT,
  };
  return {
    ports,
    dataDir: config.ROLLCALL_DATA_DIR,
    kafkaBrokers: `${LOOPBACK}:${ports.kafka}`,
    redisUrl: `redis://${LOOPBACK}:${ports.redis}`,
    eventHubsConnectionString: `Endpoint=sb://${LOOPBACK}:${ports.eventhubs};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`,
    blobConnectionString: `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${AZURITE_KEY};BlobEndpoint=http://${LOOPBACK}:${ports.azurite}/${AZURITE_ACCOUNT};`,
  };
}

/** Azurite's published development account: not a secret. */
const AZURITE_ACCOUNT = 'devstoreaccount1';
const AZURITE_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
