import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ConfigInvalid, LOCAL_HUB, LOCAL_STACK_SETTINGS, runService } from '@rollcall/service';
import { z } from 'zod';
import { LOCAL_ACCESS_KEY } from './access.ts';
import { startEmulator } from './emulator.ts';
import type { WebSocketOptions } from './websockets.ts';

function countUpTo(max: number) {
  const expected = `expected a number from 1 to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .refine((count) => count >= 1 && count <= max, expected);
}

/** Undefined without a port. Throws ConfigInvalid. */
function webSockets(port: number | undefined, certFile: string | undefined, keyFile: string | undefined): WebSocketOptions | undefined {
  if (port === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    throw new ConfigInvalid('EVENTHUBS_WEBSOCKETS_PORT needs EVENTHUBS_TLS_CERT_FILE and EVENTHUBS_TLS_KEY_FILE');
  }
  return { port, cert: fs.readFileSync(certFile, 'utf8'), key: fs.readFileSync(keyFile, 'utf8') };
}

await runService(
  {
    name: 'eventhubs',
    summary:
      'An emulator of Azure Event Hubs (AMQP 1.0 without TLS, or over WebSockets; 127.0.0.1 only) for development and tests.\n' +
      'Clients add UseDevelopmentEmulator=true to their connection string.',
    settings: {
      ROLLCALL_EVENTHUBS_PORT: LOCAL_STACK_SETTINGS.ROLLCALL_EVENTHUBS_PORT,
      EVENTHUBS_WEBSOCKETS_PORT: {
        type: LOCAL_STACK_SETTINGS.ROLLCALL_EVENTHUBS_PORT.type,
        help: 'port for AMQP over WebSockets, over TLS',
        optional: true,
      },
      EVENTHUBS_TLS_CERT_FILE: { type: z.string(), help: 'certificate for WebSockets, PEM', optional: true },
      EVENTHUBS_TLS_KEY_FILE: { type: z.string(), help: 'key of that certificate, PEM', optional: true },
      EVENTHUBS_NAME: {
        type: z.string().regex(/^[^/$][^/]*$/, 'expected a name without /'),
        help: 'name of the event hub',
        default: LOCAL_HUB,
      },
      EVENTHUBS_CONSUMER_GROUPS: {
        type: z.string().transform((names) => names.split(',').filter((name) => name !== '')),
        help: 'names of consumer groups besides $Default, separated by commas',
        optional: true,
      },
      EVENTHUBS_KEY_NAME: { type: z.string(), help: 'name of the shared access key', default: LOCAL_ACCESS_KEY.name },
      EVENTHUBS_KEY: { type: z.string(), help: 'the shared access key', default: LOCAL_ACCESS_KEY.key, secret: true },
      EVENTHUBS_PARTITIONS: { type: countUpTo(100), help: 'number of partitions', default: '4' },
      EVENTHUBS_DIR: { type: z.string().transform((dir) => path.resolve(dir)), help: 'folder of its data', default: '.rollcall/eventhubs' },
      EVENTHUBS_RETAINED_EVENTS: {
        type: countUpTo(10_000_000),
        help: 'events kept per partition, oldest dropped first',
        default: '100000',
      },
    },
    async run(config, logger, signal) {
      const emulator = await startEmulator(
        {
          port: config.ROLLCALL_EVENTHUBS_PORT,
          webSockets: webSockets(config.EVENTHUBS_WEBSOCKETS_PORT, config.EVENTHUBS_TLS_CERT_FILE, config.EVENTHUBS_TLS_KEY_FILE),
          accessKey: { name: config.EVENTHUBS_KEY_NAME, key: config.EVENTHUBS_KEY },
          name: config.EVENTHUBS_NAME,
          consumerGroups: config.EVENTHUBS_CONSUMER_GROUPS ?? [],
          partitions: config.EVENTHUBS_PARTITIONS,
          dir: config.EVENTHUBS_DIR,
          retainedEvents: config.EVENTHUBS_RETAINED_EVENTS,
        },
        logger,
      );
      logger.info({ port: emulator.port, hub: config.EVENTHUBS_NAME, partitions: config.EVENTHUBS_PARTITIONS }, 'listening');
      if (!signal.aborted) await once(signal, 'abort');
      await emulator.stop();
    },
  },
  process,
);
