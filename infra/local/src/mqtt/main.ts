import { Duration, LOCAL_HUB, LOCAL_NAMESPACE, LOCAL_STACK_SETTINGS, runService } from '@rollcall/service';
import { z } from 'zod';
import { AzureEventHub } from './event-hub.ts';
import { runFront } from './front.ts';

const Count = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'expected a whole number above 0')
  .transform(Number);

const settings = {
  ROLLCALL_MQTT_PORT: LOCAL_STACK_SETTINGS.ROLLCALL_MQTT_PORT,
  EVENTHUBS_CONNECTION_STRING: { type: z.string(), help: 'where the life-cycle events go', secret: true },
  EVENTHUBS_NAME: { type: z.string(), help: 'event hub', default: LOCAL_HUB },
  MQTT_NAMESPACE: { type: z.string(), help: 'name of the Event Grid namespace that this stands for', default: LOCAL_NAMESPACE },
  MQTT_DIR: { type: z.string(), help: 'folder of the journal' },
  MQTT_CLIENTS_FILE: { type: z.string(), help: 'JSON file of the registered clients; watched' },
  MQTT_REGISTERED_ONLY: { type: z.stringbool(), help: 'true: only registered clients may connect', default: 'false' },
  MQTT_MAX_CONNECTIONS: { type: Count, help: 'connections at a time', default: '10000' },
  MQTT_MAX_PACKET_BYTES: { type: Count, help: 'longest MQTT packet, in bytes', default: '524288' },
  MQTT_CONNECT_TIMEOUT: { type: Duration, help: 'time from the socket to its CONNECT', default: '30s' },
  MQTT_MAX_WAITING_EVENTS: {
    type: Count,
    help: 'events waiting for Event Hubs, past which new connections are refused',
    default: '100000',
  },
} as const;

await runService(
  {
    name: 'mqtt',
    summary: 'MQTT broker that stands for an Event Grid namespace: its sessions and clients become life-cycle events in Event Hubs.',
    settings,
    async run(config, logger, signal) {
      const hub = new AzureEventHub(config.EVENTHUBS_CONNECTION_STRING, config.EVENTHUBS_NAME);
      hub.warmUp().catch(() => logger.debug('event hubs does not answer yet'));
      await runFront(
        {
          port: config.ROLLCALL_MQTT_PORT,
          namespace: config.MQTT_NAMESPACE,
          dir: config.MQTT_DIR,
          clientsFile: config.MQTT_CLIENTS_FILE,
          registeredOnly: config.MQTT_REGISTERED_ONLY,
          limits: {
            connections: config.MQTT_MAX_CONNECTIONS,
            packetBytes: config.MQTT_MAX_PACKET_BYTES,
            connectTimeout: config.MQTT_CONNECT_TIMEOUT,
          },
          mostWaiting: config.MQTT_MAX_WAITING_EVENTS,
        },
        hub,
        logger,
        signal,
      );
      await hub.close();
    },
  },
  process,
);
