import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOCAL_HUB, LOCAL_NAMESPACE, type LocalStack } from '@rollcall/service';
import type { Part, PartName } from './part.ts';
import { accepts, ask } from './probe.ts';

/** Partitions of the local event hub and of the local topics. */
const PARTITIONS = '4';

const AMQP_SASL_HEADER = Buffer.from([...Buffer.from('AMQP'), 3, 1, 0, 0]);

export function eventhubs(stack: LocalStack): Part {
  return {
    ...program(stack, 'eventhubs', '../../dist/eventhubs/main.js', {
      ROLLCALL_EVENTHUBS_PORT: String(stack.ports.eventhubs),
      EVENTHUBS_NAME: LOCAL_HUB,
      EVENTHUBS_PARTITIONS: PARTITIONS,
      EVENTHUBS_DIR: path.join(stack.dataDir, 'eventhubs'),
    }),
    async answers() {
      const answer = await ask(stack.ports.eventhubs, AMQP_SASL_HEADER);
      return answer?.subarray(0, 4).toString() === 'AMQP';
    },
  };
}

export function mqtt(stack: LocalStack): Part {
  return {
    ...program(stack, 'mqtt', '../../dist/mqtt/main.js', {
      ROLLCALL_MQTT_PORT: String(stack.ports.mqtt),
      EVENTHUBS_CONNECTION_STRING: stack.eventHubsConnectionString,
      EVENTHUBS_NAME: LOCAL_HUB,
      MQTT_NAMESPACE: LOCAL_NAMESPACE,
      MQTT_DIR: path.join(stack.dataDir, 'mqtt'),
      MQTT_CLIENTS_FILE: path.join(stack.dataDir, 'clients.json'),
    }),
    // No CONNECT: each one is a life-cycle event.
    answers: () => accepts(stack.ports.mqtt),
  };
}

export function ingest(stack: LocalStack): Part {
  return {
    ...program(stack, 'ingest', '../../../../services/ingest/dist/main.js', {
      EVENTHUBS_CONNECTION_STRING: stack.eventHubsConnectionString,
      EVENTHUBS_NAME: LOCAL_HUB,
      CHECKPOINT_BLOB_CONNECTION_STRING: stack.blobConnectionString,
      CHECKPOINT_CONTAINER: 'rollcall-checkpoints',
      PARTITION_OWNERSHIP_EXPIRY: '6s',
      KAFKA_BROKERS: stack.kafkaBrokers,
      PARTITIONS,
    }),
    // It is ready once it reads, which may wait for what a test has not started yet.
    answers: saying('started'),
  };
}

export function projector(stack: LocalStack): Part {
  return {
    ...program(stack, 'projector', '../../../../services/projector/dist/main.js', {
      KAFKA_BROKERS: stack.kafkaBrokers,
      REDIS_URL: stack.redisUrl,
      PARTITIONS,
    }),
    answers: saying('ready'),
  };
}

function program(stack: LocalStack, name: PartName, main: string, env: Record<string, string>): Pick<Part, 'name' | 'command'> {
  const args = [fileURLToPath(new URL(main, import.meta.url)), '--stack', stack.dataDir];
  return { name, command: async () => ({ file: process.execPath, args, env }) };
}

/** The services log a line of JSON with this message once they take part. */
function saying(message: string): Part['answers'] {
  return async (logged) => logged.includes(`"msg":"${message}"`);
}
