import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectAzure } from './azure.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { GROUP, HUB } from './hub.test-kit.ts';
import { BlobHubStore, pathOf } from './hub-store.ts';
import { KEY, type Storage, startStorage } from './storage.test-kit.ts';

const NAMESPACE = 'Hubs.ServiceBus.Windows.Net';
const LIFE = '2026-11-23T05:00:00.000Z';
const never = new AbortController().signal;

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage?.stop());

let containers = 0;
const container = () => BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(`store-${++containers}`);
const at = (sequenceNumber: number) => ({ sequenceNumber, offset: `${sequenceNumber}:7`, life: LIFE });

it("writes what Azure's own SDK reads, and reads what that writes", async () => {
  const blobs = container();
  const [ours, azures] = [new BlobHubStore(blobs, pathOf(NAMESPACE, HUB, GROUP)), new BlobCheckpointStore(blobs)];
  await ours.listOwnerships();
  await ours.writeCheckpoint('0', at(7), undefined, never);
  await ours.claim('0', 'we', undefined);
  const place = { fullyQualifiedNamespace: NAMESPACE, eventHubName: HUB, consumerGroup: GROUP };
  expect(await azures.listCheckpoints(NAMESPACE, HUB, GROUP)).toEqual([{ ...place, partitionId: '0', sequenceNumber: 7, offset: '7:7' }]);
  expect(await azures.listOwnership(NAMESPACE, HUB, GROUP)).toMatchObject([{ ...place, partitionId: '0', ownerId: 'we' }]);
  await azures.updateCheckpoint({ ...place, partitionId: '0', sequenceNumber: 9, offset: '900' });
  expect(await ours.readCheckpoint('0')).toMatchObject({ sequenceNumber: 9, offset: '900', life: undefined });
});

it('lets one of two claim a partition', async () => {
  const store = new BlobHubStore(container(), 'hub');
  await store.listOwnerships();
  expect((await Promise.all([store.claim('0', 'a', undefined), store.claim('0', 'b', undefined)])).sort()).toEqual([false, true]);
  const [known] = (await store.listOwnerships()).ownerships;
  expect((await Promise.all([store.claim('0', 'c', known), store.claim('0', 'd', known)])).sort()).toEqual([false, true]);
});

it('never lets a checkpoint fall, whoever writes when', async () => {
  const store = new BlobHubStore(container(), 'hub');
  await store.listOwnerships();
  const failures: unknown[] = [];
  const writer = () =>
    new CheckpointWriter({ ...{ store, partitionId: '0', interval: 0 }, onWritten: () => {}, onFailure: (error) => failures.push(error) });
  const [former, heir] = [writer(), writer()];
  await former.read();
  former.offer(at(700));
  await former.close({ last: true });
  const [slow, fast] = [writer(), writer()];
  await slow.read();
  await fast.read();
  slow.offer(at(749));
  fast.offer(at(3_069));
  await Promise.all([slow.close({ last: true }), fast.close({ last: true })]);
  expect(await store.readCheckpoint('0')).toMatchObject(at(3_069));
  await heir.read();
  heir.offer(at(3_000));
  await heir.close({ last: true });
  former.offer(at(9_999));
  expect(await store.readCheckpoint('0')).toMatchObject(at(3_069));
  expect(failures).toEqual([]);
});

it('writes nothing once the partition is lost, not even what was under way', async () => {
  const store = new BlobHubStore(container(), 'hub');
  await store.listOwnerships();
  const writer = new CheckpointWriter({ ...{ store, partitionId: '0', interval: 3_600_000 }, onWritten: () => {}, onFailure: () => {} });
  await writer.read();
  writer.offer(at(1));
  await expect.poll(() => store.readCheckpoint('0')).toMatchObject(at(1));
  writer.offer(at(2));
  await writer.close({ last: false });
  expect(await store.readCheckpoint('0')).toMatchObject(at(1));
});

it('says which checkpoint cannot be read', async () => {
  const blobs = container();
  const store = new BlobHubStore(blobs, 'hub');
  await store.listOwnerships();
  await blobs.getBlockBlobClient('hub/checkpoint/0').upload('', 0, { metadata: { sequencenumber: 'seven', offset: '7' } });
  await expect(store.readCheckpoint('0')).rejects.toThrow('the checkpoint hub/checkpoint/0 cannot be read: delete it');
});

it('needs no right to a container that exists but to read, write and list', async () => {
  const blobs = container();
  await blobs.create();
  const signature = generateBlobSASQueryParameters(
    { containerName: blobs.containerName, permissions: ContainerSASPermissions.parse('rwl'), expiresOn: new Date(Date.now() + 3_600_000) },
    new StorageSharedKeyCredential('devstoreaccount1', KEY),
  );
  for (const settings of [
    { CHECKPOINT_BLOB_CONNECTION_STRING: undefined, CHECKPOINT_BLOB_URL: `${storage.url}?${signature}` },
    { CHECKPOINT_BLOB_CONNECTION_STRING: undefined, CHECKPOINT_BLOB_URL: `${storage.url}/${blobs.containerName}?${signature}` },
    { CHECKPOINT_BLOB_CONNECTION_STRING: `BlobEndpoint=${storage.url};SharedAccessSignature=${signature}`, CHECKPOINT_BLOB_URL: undefined },
  ]) {
    const { client, store } = connectAzure({
      ...settings,
      EVENTHUBS_CONNECTION_STRING: 'Endpoint=sb://hubs/;SharedAccessKeyName=a;SharedAccessKey=b',
      EVENTHUBS_NAMESPACE: undefined,
      EVENTHUBS_NAME: HUB,
      EVENTHUBS_CONSUMER_GROUP: GROUP,
      EVENTHUBS_TRANSPORT: 'amqp',
      CHECKPOINT_CONTAINER: blobs.containerName,
    });
    const known = (await store.listOwnerships()).ownerships[0];
    expect(await store.claim('0', 'we', known)).toBe(true);
    const before = await store.readCheckpoint('0');
    expect(await store.writeCheckpoint('0', at(1), before?.etag, never)).toBeDefined();
    await client.close();
  }
});
