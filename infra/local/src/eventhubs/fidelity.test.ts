import { type EventDataBatch, EventHubConsumerClient } from '@azure/event-hubs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionString, eventsOf, HUB, receive, startTestHub, type TestHub } from './emulator.test-kit.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ partitions: 1, consumerGroups: ['rollcall', 'another one'] });
});
afterAll(() => hub[Symbol.asyncDispose]());

async function roundTrip(event: Sendable) {
  const { lastEnqueuedSequenceNumber: sequenceNumber } = await hub.producer.getPartitionProperties('0');
  await hub.producer.sendBatch([event], { partitionId: '0' });
  const [received] = await receive(hub.consumer(), {
    partitionId: '0',
    from: { sequenceNumber },
    count: 1,
    options: { skipParsingBodyAsJson: true },
  });
  if (!received) throw new Error('nothing was received');
  return received;
}

type Sendable = Parameters<EventDataBatch['tryAdd']>[0];

const BYTES = Buffer.from([0x00, 0xff, 0x53, 0x75, 0x80, 0x0a]);

describe('what a sender wrote goes through unchanged', () => {
  it('a binary body', async () => {
    expect((await roundTrip({ body: BYTES })).body).toEqual(BYTES);
  });

  it('a JSON body, byte for byte', async () => {
    const json = Buffer.from('{"sequenceNumber": 9223372036854775807, "name":"a/b:{%} \u{1f600}"}\n');
    expect((await roundTrip({ body: json })).body).toEqual(json);
  });

  it.each([
    ['a map', { text: 'x', list: [1, 'two', BYTES] }],
    ['null', null],
  ])('%s as a value body', async (_, body) => {
    expect((await roundTrip({ body, bodyType: 'value' })).getRawAmqpMessage()).toMatchObject({ bodyType: 'value', body });
  });

  it('a sequence body', async () => {
    const content = [['a', 1], ['b']];
    const raw = (await roundTrip({ body: content, bodyType: 'sequence' })).getRawAmqpMessage();
    expect(raw).toMatchObject({ bodyType: 'sequence', body: { content } });
  });

  it('application properties of each type', async () => {
    const properties = {
      text: 'käse \u{1f600}',
      empty: '',
      integer: 42,
      negative: -7,
      large: 2 ** 40,
      double: 0.5,
      yes: true,
      no: false,
      nothing: null,
      binary: BYTES,
      time: new Date('2026-11-23T01:02:03.456Z'),
    };
    // The SDK's receiver turns dates into milliseconds and buffers into plain arrays of bytes.
    const asReceived = { ...properties, time: properties.time.getTime(), binary: Object.assign({}, BYTES) };
    expect((await roundTrip({ body: 'x', properties })).properties).toEqual(asReceived);
  });

  it('message properties and annotations of its own', async () => {
    const raw = (
      await roundTrip({
        body: BYTES,
        bodyType: 'data',
        header: { durable: true, priority: 9, timeToLive: 60_000 },
        messageAnnotations: { 'x-of-mine': 'kept' },
        properties: { messageId: 'id', correlationId: 'other', contentType: 'application/cloudevents+json', subject: 's', userId: 'u' },
      })
    ).getRawAmqpMessage();
    expect(raw).toMatchObject({
      header: { durable: true, priority: 9, timeToLive: 60_000 },
      messageAnnotations: { 'x-of-mine': 'kept', 'x-opt-sequence-number': expect.any(Number) },
      properties: { messageId: 'id', correlationId: 'other', contentType: 'application/cloudevents+json', subject: 's' },
    });
  });
});

it('serves each consumer group from a position of its own', async () => {
  await hub.producer.sendBatch([{ body: 'for all' }], { partitionId: '0' });
  for (const group of ['$Default', 'rollcall', 'another one']) {
    await using consumer = closing(new EventHubConsumerClient(group, connectionString(hub.port), HUB));
    const events = eventsOf(consumer.client, { partitionId: '0' });
    expect((await events.next()).value).toMatchObject({ sequenceNumber: 0 });
    await events.return(undefined);
  }
});

function closing(client: EventHubConsumerClient) {
  return { client, [Symbol.asyncDispose]: () => client.close() };
}
