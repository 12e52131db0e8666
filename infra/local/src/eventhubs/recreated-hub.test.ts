import { expect, it, vi } from 'vitest';
import { eventsOf, receive, startTestHub } from './emulator.test-kit.ts';

it('ends what reads it and what fills it, and starts anew: another time of creation, no events, positions from 0', async () => {
  await using hub = await startTestHub({ partitions: 2 });
  const send = (...bodies: string[]) =>
    hub.producer.sendBatch(
      bodies.map((body) => ({ body })),
      { partitionId: '0' },
    );
  await send('one', 'two', 'three');
  const { createdOn } = await hub.producer.getEventHubProperties();
  await vi.waitUntil(() => Date.now() > createdOn.getTime(), { interval: 1 });
  const reading = eventsOf(hub.consumer(), { partitionId: '0' });
  for (const body of ['one', 'two', 'three']) expect((await reading.next()).value).toMatchObject({ body });
  const { lastEnqueuedOffset: offset } = await hub.producer.getPartitionProperties('0');

  const ended = expect(reading.next()).rejects.toMatchObject({ code: 'ResourceDeletedError' });
  hub.recreateHub();
  await ended;

  expect((await hub.producer.getEventHubProperties()).createdOn.getTime()).toBeGreaterThan(createdOn.getTime());
  expect(await hub.producer.getPartitionProperties('0')).toMatchObject({ isEmpty: true, lastEnqueuedSequenceNumber: -1 });
  await send('four');
  const again = receive(hub.consumer(), { partitionId: '0', from: { offset }, count: 1 });
  await expect(again).rejects.toMatchObject({ code: 'ArgumentError', message: expect.stringContaining(`The supplied offset '${offset}'`) });
  expect(await receive(hub.consumer(), { partitionId: '0', count: 1 })).toMatchObject([{ body: 'four', sequenceNumber: 0, offset: '0' }]);
});

it('leaves a place of its former life free for the next reader of any owner level', async () => {
  await using hub = await startTestHub({ partitions: 1 });
  await hub.producer.sendBatch([{ body: 'x' }]);
  const owner = eventsOf(hub.consumer(), { partitionId: '0', options: { ownerLevel: 5 } });
  await owner.next();
  const ended = expect(owner.next()).rejects.toThrow('was deleted.');
  hub.recreateHub();
  await ended;
  // By this answer the producer knows that its link is closed. What it had sent before would be lost, as on the service.
  await hub.producer.getEventHubProperties();
  await hub.producer.sendBatch([{ body: 'y' }]);
  expect(await receive(hub.consumer(), { partitionId: '0', count: 1 })).toMatchObject([{ body: 'y' }]);
});
