import rhea, { type Connection, type EventContext, type Receiver } from 'rhea';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GROUP, HUB, startTestHub, type TestHub } from './emulator.test-kit.ts';
import { deliverEncodedMessages } from './rhea-extensions.ts';

let hub: TestHub;
let connection: Connection;
beforeAll(async () => {
  hub = await startTestHub();
  for (let sent = 0; sent < 6_000; sent += 1_000) {
    await hub.producer.sendBatch(
      Array.from({ length: 1_000 }, (_, index) => ({ body: sent + index })),
      { partitionId: '0' },
    );
  }
  const container = rhea.create_container();
  container.on('session_open', ({ session }: EventContext) => session && deliverEncodedMessages(session));
  connection = container.connect({ host: '127.0.0.1', port: hub.port, username: 'local', password: 'local', reconnect: false });
});
afterAll(async () => {
  connection.close();
  await hub[Symbol.asyncDispose]();
});

function open(partitionId: string): Receiver {
  return connection.open_receiver({ source: `${HUB}/ConsumerGroups/${GROUP}/Partitions/${partitionId}`, credit_window: 0 });
}

function sequenceNumbersOf(receiver: Receiver): number[] {
  const received: number[] = [];
  receiver.on('message', ({ message }: EventContext) => {
    received.push(rhea.message.decode(message as unknown as Buffer)['message_annotations']['x-opt-sequence-number']);
  });
  return received;
}

it('sends no more than the receiver asked for, however often it asks for little', async () => {
  const receiver = open('0');
  const received = sequenceNumbersOf(receiver);
  for (let asked = 7; asked <= 210; asked += 7) {
    receiver.add_credit(7);
    await expect.poll(() => received.length, { interval: 1 }).toBe(asked);
  }
  expect(received).toEqual(received.map((_, index) => index));
  receiver.close();
});

it('sends thousands of events to a receiver that keeps its credit at five', async () => {
  const receiver = open('0');
  const received = sequenceNumbersOf(receiver);
  receiver.on('message', () => receiver.add_credit(1));
  receiver.add_credit(5);
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(6_000);
  expect(received).toEqual(received.map((_, index) => index));
  receiver.close();
}, 30_000);

it('sends all there is to a receiver that asks for more than a session of rhea holds', async () => {
  const receiver = open('0');
  const received = sequenceNumbersOf(receiver);
  receiver.add_credit(100_000);
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(6_000);
  expect(received).toEqual(received.map((_, index) => index));
  receiver.close();
}, 30_000);

it('gives the credit back to a receiver that drains, once it has what there is', async () => {
  await hub.producer.sendBatch([{ body: 'a' }, { body: 'b' }, { body: 'c' }], { partitionId: '1' });
  const receiver = open('1');
  const received = sequenceNumbersOf(receiver);
  const receivedWhenDrained = new Promise((resolve) => {
    receiver.once('receiver_drained', () => resolve([...received]));
  });
  receiver.add_credit(10);
  receiver.drain_credit();
  expect(await receivedWhenDrained).toEqual([0, 1, 2]);
  receiver.close();
});
