import { EventHubConsumerClient } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type Config, ConfigInvalid } from '@rollcall/service';
import type { SETTINGS } from './settings.ts';

type IngestConfig = Config<typeof SETTINGS>;

/** The Event Hubs consumer and the store of its checkpoints: by connection string, or by the Azure identity of this process. */
export async function connectAzure(config: IngestConfig): Promise<{ client: EventHubConsumerClient; checkpoints: BlobCheckpointStore }> {
  const container = blobService(config).getContainerClient(config.CHECKPOINT_CONTAINER);
  await container.createIfNotExists();
  const checkpoints = new BlobCheckpointStore(container as ContainerClient);
  return { client: consumer(config, checkpoints), checkpoints };
}

function blobService(config: IngestConfig): BlobServiceClient {
  if (config.CHECKPOINT_BLOB_CONNECTION_STRING !== undefined) {
    return BlobServiceClient.fromConnectionString(config.CHECKPOINT_BLOB_CONNECTION_STRING);
  }
  if (config.CHECKPOINT_BLOB_URL !== undefined) return new BlobServiceClient(config.CHECKPOINT_BLOB_URL, new DefaultAzureCredential());
  throw new ConfigInvalid('CHECKPOINT_BLOB_CONNECTION_STRING or CHECKPOINT_BLOB_URL must be set');
}

function consumer(config: IngestConfig, checkpoints: BlobCheckpointStore): EventHubConsumerClient {
  const { EVENTHUBS_CONSUMER_GROUP: group, EVENTHUBS_NAME: hub, PARTITION_OWNERSHIP_EXPIRY: expiry } = config;
  const options = {
    loadBalancingOptions: {
      strategy: 'greedy' as const,
      partitionOwnershipExpirationIntervalInMs: expiry,
      updateIntervalInMs: Math.ceil(expiry / 6),
    },
  };
  if (config.EVENTHUBS_CONNECTION_STRING !== undefined) {
    return new EventHubConsumerClient(group, config.EVENTHUBS_CONNECTION_STRING, hub, checkpoints, options);
  }
  if (config.EVENTHUBS_NAMESPACE !== undefined) {
    return new EventHubConsumerClient(group, config.EVENTHUBS_NAMESPACE, hub, new DefaultAzureCredential(), checkpoints, options);
  }
  throw new ConfigInvalid('EVENTHUBS_CONNECTION_STRING or EVENTHUBS_NAMESPACE must be set');
}
