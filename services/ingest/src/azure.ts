import {
  type CheckpointStore,
  type EventHubConnectionStringProperties,
  EventHubConsumerClient,
  type EventHubConsumerClientOptions,
  parseEventHubConnectionString,
} from '@azure/event-hubs';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient, ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import { type Config, ConfigInvalid } from '@rollcall/service';
import { BlobHubStore, type HubStore, pathOf } from './hub-store.ts';
import { overWebSockets } from './proxy.ts';
import type { SETTINGS } from './settings.ts';

type AzureConfig = Pick<
  Config<typeof SETTINGS>,
  | 'EVENTHUBS_CONNECTION_STRING'
  | 'EVENTHUBS_NAMESPACE'
  | 'EVENTHUBS_NAME'
  | 'EVENTHUBS_CONSUMER_GROUP'
  | 'EVENTHUBS_TRANSPORT'
  | 'CHECKPOINT_BLOB_CONNECTION_STRING'
  | 'CHECKPOINT_BLOB_URL'
  | 'CHECKPOINT_CONTAINER'
>;

export interface Azure {
  readonly client: EventHubConsumerClient;
  readonly store: HubStore;
}

/** How long Event Hubs may take to answer, in milliseconds. It is asked again by whoever asked, not by the SDK, so that each failure is known at once. */
const RETRIES = { maxRetries: 0, timeoutInMs: 10_000 };
const STORAGE_RETRIES: StoragePipelineOptions = { retryOptions: { maxTries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 } };

/** The Event Hubs consumer and the store of its checkpoints: by connection string, shared access signature, or the Azure identity of this process.
 *  Asks nobody yet. Throws ConfigInvalid, which repeats no secret. */
export function connectAzure(config: AzureConfig): Azure {
  const client = consumer(config);
  const { fullyQualifiedNamespace, eventHubName } = client;
  const store = new BlobHubStore(container(config), pathOf(fullyQualifiedNamespace, eventHubName, config.EVENTHUBS_CONSUMER_GROUP));
  return { client, store };
}

function consumer(config: AzureConfig): EventHubConsumerClient {
  const { EVENTHUBS_CONSUMER_GROUP: group, EVENTHUBS_NAME: hub, EVENTHUBS_CONNECTION_STRING: connectionString } = config;
  const options = (host: string): EventHubConsumerClientOptions => ({
    retryOptions: RETRIES,
    ...(config.EVENTHUBS_TRANSPORT === 'websockets' && { webSocketOptions: overWebSockets(host) }),
  });
  if (connectionString !== undefined) {
    const { fullyQualifiedNamespace, eventHubName } = parsed(connectionString);
    if (eventHubName !== undefined && eventHubName !== hub) {
      throw new ConfigInvalid(`EVENTHUBS_CONNECTION_STRING is for the event hub ${eventHubName}, and EVENTHUBS_NAME is ${hub}`);
    }
    return new EventHubConsumerClient(group, connectionString, hub, OWNER, options(fullyQualifiedNamespace));
  }
  const host = config.EVENTHUBS_NAMESPACE;
  if (host === undefined) throw new ConfigInvalid('EVENTHUBS_CONNECTION_STRING or EVENTHUBS_NAMESPACE must be set');
  return new EventHubConsumerClient(group, host, hub, new DefaultAzureCredential(), OWNER, options(host));
}

function parsed(connectionString: string): EventHubConnectionStringProperties {
  try {
    return parseEventHubConnectionString(connectionString);
  } catch {
    throw new ConfigInvalid('EVENTHUBS_CONNECTION_STRING is wrong: expected Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…');
  }
}

function container({
  CHECKPOINT_BLOB_CONNECTION_STRING: connectionString,
  CHECKPOINT_BLOB_URL: url,
  CHECKPOINT_CONTAINER: name,
}: AzureConfig): ContainerClient {
  if (connectionString !== undefined) {
    try {
      return BlobServiceClient.fromConnectionString(connectionString, STORAGE_RETRIES).getContainerClient(name);
    } catch {
      throw new ConfigInvalid('CHECKPOINT_BLOB_CONNECTION_STRING is wrong: expected that of a storage account, by its key or a SAS');
    }
  }
  if (url === undefined) throw new ConfigInvalid('CHECKPOINT_BLOB_CONNECTION_STRING or CHECKPOINT_BLOB_URL must be set');
  const { protocol, pathname, searchParams, hostname } = new URL(url);
  const signed = searchParams.has('sig');
  if (protocol !== 'https:' && !signed) throw new ConfigInvalid('CHECKPOINT_BLOB_URL is wrong: the Azure identity needs https');
  const credential = signed ? undefined : new DefaultAzureCredential();
  // What follows the host names the container, but for emulators, where the account comes first.
  const [last = ''] = pathname.split('/').filter(Boolean).slice(-1);
  if (last === name) return new ContainerClient(url, credential, STORAGE_RETRIES);
  if (last !== '' && hostname.includes('.blob.')) {
    throw new ConfigInvalid(`CHECKPOINT_BLOB_URL is for the container ${last}, and CHECKPOINT_CONTAINER is ${name}`);
  }
  return new BlobServiceClient(url, credential, STORAGE_RETRIES).getContainerClient(name);
}

/** The SDK opens a link with an owner level, so that Event Hubs lets one consumer of a group read a partition, only for whoever gives it a store. It
 *  asks this one for a checkpoint, finds none, and begins where it is told. */
const OWNER: CheckpointStore = {
  listCheckpoints: async () => [],
  updateCheckpoint: async () => {},
  listOwnership: async () => [],
  claimOwnership: async () => [],
};
