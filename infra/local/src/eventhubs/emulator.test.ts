import { EventHubBufferedProducerClient } from '@azure/event-hubs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionString, eventsOf, HUB, receive, startTestHub, type TestHub } from './emulator.test-kit.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ partitions: 8 });
});
afterAll(() => hub[Symbol.asyncDispose]());

const bodies = (events: { body: unknown }[]) => events.map(({ body }) => body);
const numbered = (count: number) => Array.from({ length: count }, (_, body) => ({ body }));

describe('what it says about itself', () => {
  it('lists the partitions of the hub', async () => {
    const properties = await hub.producer.getEventHubProperties();
    expect(properties).toMatchObject({ name: HUB, partitionIds: ['0', '1', '2', '3', '4', '5', '6', '7'] });
    expect(Math.abs(Date.now() - properties.createdOn.getTime())).toBeLessThan(60_000);
  });

  it('describes an empty partition, and the same partition with events', async () => {
    expect(await hub.producer.getPartitionProperties('0')).toMatchObject({
      partitionId: '0',
      eventHubName: HUB,
      isEmpty: true,
      beginningSequenceNumber: 0,
      lastEnqueuedSequenceNumber: -1,
    });
    await hub.producer.sendBatch(numbered(3), { partitionId: '0' });
    const [, , last] = await receive(hub.consumer(), { partitionId: '0', count: 3 });
    expect(await hub.producer.getPartitionProperties('0')).toMatchObject({
      isEmpty: false,
      beginningSequenceNumber: 0,
      lastEnqueuedSequenceNumber: 2,
      lastEnqueuedOffset: last?.offset,
      lastEnqueuedOnUtc: last?.enqueuedTimeUtc,
    });
  });
});

describe('sending', () => {
  it('keeps all events of a partition key in one partition, in order, single or in batches', async () => {
    const before = await positions();
    for (const body of ['a', 'b']) await hub.producer.sendBatch([{ body }], { partitionKey: 'käse/1' });
    const batch = await hub.producer.createBatch({ partitionKey: 'käse/1' });
    for (const body of ['c', 'd']) batch.tryAdd({ body });
    await hub.producer.sendBatch(batch);
    const grown = (await positions()).flatMap((next, partition) => (next === before[partition] ? [] : [partition]));
    expect(grown).toHaveLength(1);
    const partitionId = String(grown[0]);
    const from = { sequenceNumber: before[Number(partitionId)] ?? 0, isInclusive: true };
    const events = await receive(hub.consumer(), { partitionId, from, count: 4 });
    expect(bodies(events)).toEqual(['a', 'b', 'c', 'd']);
    expect(events.map(({ partitionKey }) => partitionKey)).toEqual(Array(4).fill('käse/1'));
  });

  it('takes turns between the partitions where there is no key', async () => {
    const before = await positions();
    for (let turn = 0; turn < 16; turn++) await hub.producer.sendBatch([{ body: turn }]);
    const after = await positions();
    expect(after.map((next, partition) => next - (before[partition] ?? 0))).toEqual(Array(8).fill(2));
  });

  it('refuses a message of more than 1 MiB, and takes the next', async () => {
    const tooLarge = hub.producer.sendBatch([{ body: Buffer.alloc(1024 * 1024 + 1) }], { partitionId: '1' });
    await expect(tooLarge).rejects.toMatchObject({ code: 'MessageTooLargeError' });
    await hub.producer.sendBatch([{ body: Buffer.alloc(1024 * 1024 - 1_000, 'x') }], { partitionId: '1' });
    const [last] = await receive(hub.consumer(), { partitionId: '1', from: await lastOf('1'), count: 1 });
    expect(last?.body).toEqual(Buffer.alloc(1024 * 1024 - 1_000, 'x'));
  });

  it('offers batches of 1 MiB', async () => {
    const batch = await hub.producer.createBatch();
    expect(batch.maxSizeInBytes).toBe(1024 * 1024);
  });

  it('serves the buffered producer', async () => {
    const before = await positions();
    const buffered = new EventHubBufferedProducerClient(connectionString(hub.port), HUB, {
      onSendEventsErrorHandler: async ({ error }) => expect.fail(String(error)),
    });
    for (const event of numbered(100)) await buffered.enqueueEvent(event);
    await buffered.flush();
    await buffered.close();
    const after = await positions();
    expect(after.reduce((sum, next, partition) => sum + next - (before[partition] ?? 0), 0)).toBe(100);
  });
});

describe('receiving', () => {
  it('hands thousands of events to each of two consumers at the same time', async () => {
    const before = await lastOf('2');
    for (let sent = 0; sent < 5_000; sent += 500) await hub.producer.sendBatch(numbered(500), { partitionId: '2' });
    const both = await Promise.all(
      [1, 2].map(() => receive(hub.consumer(), { partitionId: '2', from: { ...before, isInclusive: false }, count: 5_000 })),
    );
    for (const events of both) {
      expect(bodies(events)).toEqual(Array.from({ length: 5_000 }, (_, index) => index % 500));
      expect(events.every(({ sequenceNumber }, index) => sequenceNumber === (events[0]?.sequenceNumber ?? 0) + index)).toBe(true);
    }
  });

  it('goes on delivering to a consumer that waits at the end', async () => {
    const from = { ...(await lastOf('3')), isInclusive: false };
    const arriving = eventsOf(hub.consumer(), { partitionId: '3', from });
    for (const body of ['first', 'second', 'third']) {
      await hub.producer.sendBatch([{ body }], { partitionId: '3' });
      expect((await arriving.next()).value).toMatchObject({ body });
    }
    await arriving.return(undefined);
  });
});

async function positions(): Promise<number[]> {
  const { partitionIds } = await hub.producer.getEventHubProperties();
  const properties = await Promise.all(partitionIds.map((id) => hub.producer.getPartitionProperties(id)));
  return properties.map(({ lastEnqueuedSequenceNumber }) => lastEnqueuedSequenceNumber + 1);
}

async function lastOf(partitionId: string) {
  const { lastEnqueuedSequenceNumber } = await hub.producer.getPartitionProperties(partitionId);
  return { sequenceNumber: lastEnqueuedSequenceNumber, isInclusive: true };
}
