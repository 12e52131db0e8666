import { Duration, FAULT_SETTINGS, HTTP_SETTINGS, KAFKA_SETTINGS, TOPIC_SETTINGS, wholeNumber } from '@rollcall/service';
import { z } from 'zod';

/** `/subscriptions/…/namespaces/east=east,…`: the paths in lower case, each to its name. */
const Sources = z.string().transform((list, context) => {
  const sources = new Map<string, string>();
  for (const entry of list.split(',').map((text) => text.trim())) {
    const at = entry.lastIndexOf('=');
    if (at < 1 || at === entry.length - 1) {
      context.addIssue({ code: 'custom', message: 'expected source=name, separated by commas' });
      return z.NEVER;
    }
    sources.set(entry.slice(0, at).toLowerCase(), entry.slice(at + 1));
  }
  return sources;
});

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
  SOURCES: {
    type: Sources,
    help: 'source=name, separated by commas: admit only these sources, each as the namespace of its name',
    optional: true,
  },
  MAX_CLOCK_AHEAD: { type: Duration, help: 'how far a time in an event may lie ahead of its arrival in Event Hubs', default: '5min' },
  MAX_EVENT_BYTES: { type: wholeNumber(1_000, 1_900_000), help: 'longest event in bytes', default: '1000000' },
  ...KAFKA_SETTINGS,
  ...TOPIC_SETTINGS,
  ...HTTP_SETTINGS,
  ...FAULT_SETTINGS,
} as const;
