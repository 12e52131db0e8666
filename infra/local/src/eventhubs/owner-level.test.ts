import { once } from 'node:events';
import type { EventHubConsumerClient } from '@azure/event-hubs';
import rhea from 'rhea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, GROUP, HUB, receive, startTestHub, type TestHub } from './emulator.test-kit.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ partitions: 4 });
  for (const partitionId of ['0', '1', '2', '3']) await hub.producer.sendBatch([{ body: 'here' }], { partitionId });
});
afterAll(() => hub[Symbol.asyncDispose]());

function subscribe(partitionId: string, ownerLevel?: number, consumer: EventHubConsumerClient = hub.consumer()) {
  return eventsOf(consumer, { partitionId, options: ownerLevel === undefined ? {} : { ownerLevel } });
}

const STOLEN = { code: 'ReceiverDisconnectedError' };

describe('an owner of a partition', () => {
  it.each([
    ['of a higher level', 3],
    ['of the same level', 2],
  ])('loses it to one %s, and cannot be lost to one of a lower', async (_, ownerLevel) => {
    const former = subscribe('0', 2);
    expect((await former.next()).value).toMatchObject({ body: 'here' });
    const lost = expect(former.next()).rejects.toMatchObject(STOLEN);

    const owner = subscribe('0', ownerLevel);
    expect((await owner.next()).value).toMatchObject({ body: 'here' });
    await lost;

    await expect(subscribe('0', 1).next()).rejects.toMatchObject(STOLEN);
    await expect(subscribe('0').next()).rejects.toMatchObject(STOLEN);
    await owner.return(undefined);
  });

  it('takes it from receivers without a level', async () => {
    const unleveled = [subscribe('1'), subscribe('1')];
    for (const receiver of unleveled) expect((await receiver.next()).value).toMatchObject({ body: 'here' });
    const lost = unleveled.map((receiver) => expect(receiver.next()).rejects.toMatchObject(STOLEN));
    const owner = subscribe('1', 1);
    expect((await owner.next()).value).toMatchObject({ body: 'here' });
    await Promise.all(lost);
    await owner.return(undefined);
  });

  it('leaves it free for any receiver when it goes', async () => {
    const consumer = hub.consumer();
    const owner = subscribe('2', 7, consumer);
    expect((await owner.next()).value).toMatchObject({ body: 'here' });
    await consumer.close();
    await expect
      .poll(
        () =>
          subscribe('2')
            .next()
            .then(({ value }) => value.body, String),
        { timeout: 5_000 },
      )
      .toBe('here');
  });

  it('leaves it free when its process dies', async () => {
    const connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: hub.port, username: 'local', password: 'local', reconnect: false });
    const properties = { 'com.microsoft:epoch': rhea.types.wrap_long(9) };
    const owner = connection.open_receiver({ source: `${HUB}/ConsumerGroups/${GROUP}/Partitions/2`, properties });
    await once(owner, 'message');
    await expect(subscribe('2').next()).rejects.toMatchObject(STOLEN);
    connection['socket'].destroy();
    await expect
      .poll(
        () =>
          subscribe('2')
            .next()
            .then(({ value }) => value.body, String),
        { timeout: 5_000 },
      )
      .toBe('here');
  });

  it('of one partition leaves the others alone', async () => {
    const owner = subscribe('3', 1);
    expect((await owner.next()).value).toMatchObject({ body: 'here' });
    const [neighbour] = await receive(hub.consumer(), { partitionId: '2', count: 1 });
    expect(neighbour?.body).toBe('here');
    await owner.return(undefined);
  });
});
