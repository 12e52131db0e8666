import {
  ADMISSION_SETTINGS,
  Duration,
  FAULT_SETTINGS,
  HTTP_SETTINGS,
  KAFKA_SETTINGS,
  TOPIC_SETTINGS,
  wholeNumber,
} from '@rollcall/service';
import { z } from 'zod';

export const SETTINGS = {
  EVENTHUBS_CONNECTION_STRING: {
    type: z.string(),
    help: 'of the Event Hubs namespace; without it, EVENTHUBS_NAMESPACE and the Azure identity of this process',
    optional: true,
    secret: true,
  },
  EVENTHUBS_NAMESPACE: {
    type: z.string().regex(/^[A-Za-z0-9.-]+$/, 'expected a host name such as myhubs.servicebus.windows.net'),
    help: 'such as myhubs.servicebus.windows.net',
    optional: true,
  },
  EVENTHUBS_NAME: { type: z.string(), help: 'the event hub that Event Grid delivers to' },
  EVENTHUBS_CONSUMER_GROUP: { type: z.string(), help: 'consumer group of the event hub, for Rollcall alone', default: '$Default' },
  EVENTHUBS_TRANSPORT: {
    type: z.enum(['amqp', 'websockets']),
    help: 'amqp: port 5671; websockets: port 443, through HTTPS_PROXY unless NO_PROXY lists the host',
    default: 'amqp',
  },
  CHECKPOINT_BLOB_CONNECTION_STRING: {
    type: z.string(),
    help: 'of the storage account for checkpoints, by its key or a shared access signature; without it, CHECKPOINT_BLOB_URL',
    optional: true,
    secret: true,
  },
  CHECKPOINT_BLOB_URL: {
    type: z.url({ protocol: /^https?$/, error: 'expected a URL such as https://account.blob.core.windows.net' }),
    help: 'such as https://account.blob.core.windows.net, by the Azure identity, or the URL of account or container with a shared access signature',
    optional: true,
    secret: true,
  },
  CHECKPOINT_CONTAINER: {
    type: z.string().regex(/^[a-z0-9](-?[a-z0-9]){2,62}$/, 'expected 3 to 63 lower-case letters, digits and single dashes'),
    help: 'blob container of the checkpoints, created if missing',
    default: 'rollcall-checkpoints',
  },
  CHECKPOINT_INTERVAL: { type: Duration, help: 'least time between two checkpoints of one Event Hubs partition', default: '1s' },
  PARTITION_OWNERSHIP_EXPIRY: {
    type: Duration,
    help: 'how long an ingest that died keeps its Event Hubs partitions from others',
    default: '60s',
  },
  READ_AHEAD_BYTES: {
    type: wholeNumber(1_048_576, 4_294_967_296),
    help: 'bytes of events that wait in memory, of all Event Hubs partitions together, and one event of each partition more',
    default: '33554432',
  },
  ...ADMISSION_SETTINGS,
  ...KAFKA_SETTINGS,
  ...TOPIC_SETTINGS,
  ...HTTP_SETTINGS,
  ...FAULT_SETTINGS,
} as const;
