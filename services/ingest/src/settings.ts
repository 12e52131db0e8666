import { ADMISSION_SETTINGS, Duration, FAULT_SETTINGS, HTTP_SETTINGS, KAFKA_SETTINGS, TOPIC_SETTINGS } from '@rollcall/service';
import { z } from 'zod';

export const SETTINGS = {
  EVENTHUBS_CONNECTION_STRING: {
    type: z.string(),
    help: 'of the Event Hubs namespace; without it, EVENTHUBS_NAMESPACE and the Azure identity of this process',
    optional: true,
    secret: true,
  },
  EVENTHUBS_NAMESPACE: { type: z.string(), help: 'such as myhubs.servicebus.windows.net', optional: true },
  EVENTHUBS_NAME: { type: z.string(), help: 'the event hub that Event Grid delivers to' },
  EVENTHUBS_CONSUMER_GROUP: { type: z.string(), help: 'consumer group of the event hub, for Rollcall alone', default: '$Default' },
  CHECKPOINT_BLOB_CONNECTION_STRING: {
    type: z.string(),
    help: 'of the storage account for checkpoints; without it, CHECKPOINT_BLOB_URL and the Azure identity',
    optional: true,
    secret: true,
  },
  CHECKPOINT_BLOB_URL: { type: z.url(), help: 'such as https://account.blob.core.windows.net', optional: true },
  CHECKPOINT_CONTAINER: {
    type: z.string(),
    help: 'blob container of the checkpoints, created if missing',
    default: 'rollcall-checkpoints',
  },
  CHECKPOINT_INTERVAL: { type: Duration, help: 'least time between two checkpoints of one Event Hubs partition', default: '1s' },
  PARTITION_OWNERSHIP_EXPIRY: {
    type: Duration,
    help: 'how long an ingest that died keeps its Event Hubs partitions from others',
    default: '60s',
  },
  ...ADMISSION_SETTINGS,
  ...KAFKA_SETTINGS,
  ...TOPIC_SETTINGS,
  ...HTTP_SETTINGS,
  ...FAULT_SETTINGS,
} as const;
