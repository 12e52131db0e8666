import { once } from 'node:events';
import https from 'node:https';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { GROUP, HUB, IMPATIENT, receive, startTestHub, type TestHub } from './emulator.test-kit.ts';
import { selfSigned } from './websockets.test-kit.ts';

const { cert, key } = selfSigned();
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ partitions: 2, webSockets: { port: 0, cert, key } });
});
afterAll(() => hub[Symbol.asyncDispose]());

const OPTIONS = { ...IMPATIENT, webSocketOptions: { webSocket: WebSocket, webSocketConstructorOptions: { ca: cert } } };

/** Clients that know the port of WebSockets alone. */
function clients(rest = 'SharedAccessKeyName=local;SharedAccessKey=local') {
  const address = `Endpoint=sb://127.0.0.1:${hub.webSocketPort};${rest}`;
  const producer = new EventHubProducerClient(address, HUB, OPTIONS);
  const consumer = new EventHubConsumerClient(GROUP, address, HUB, OPTIONS);
  onTestFinished(async () => {
    await Promise.all([producer.close(), consumer.close()]);
  });
  return { producer, consumer };
}

it.each([
  ['as of Azure', 'SharedAccessKeyName=local;SharedAccessKey=local'],
  ['as of an emulator', 'SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true'],
])('carries events both ways, with a connection string %s', async (_, rest) => {
  const { producer, consumer } = clients(rest);
  const { lastEnqueuedSequenceNumber: sequenceNumber } = await producer.getPartitionProperties('0');
  await producer.sendBatch([{ body: 'first' }, { body: 'second' }], { partitionId: '0' });
  const events = await receive(consumer, { partitionId: '0', from: { sequenceNumber }, count: 2 });
  expect(events.map(({ body }) => body)).toEqual(['first', 'second']);
});

it('carries tens of megabytes, more than a socket holds, to a client that reads them', async () => {
  const { producer, consumer } = clients();
  const body = Buffer.alloc(1_000_000, 'x');
  for (let sent = 0; sent < 40; sent++) await producer.sendBatch([{ body, properties: { sent } }], { partitionId: '1' });
  const events = await receive(consumer, { partitionId: '1', count: 40, options: { skipParsingBodyAsJson: true } });
  expect(events.map(({ properties }) => properties?.['sent'])).toEqual(Array.from({ length: 40 }, (_, sent) => sent));
  expect(events.every((event) => body.equals(event.body))).toBe(true);
});

it('serves the same event hub as AMQP over TCP', async () => {
  const { producer } = clients();
  expect(await producer.getEventHubProperties()).toEqual(await hub.producer.getEventHubProperties());
});

it('refuses a wrong key by the same error', async () => {
  const { producer } = clients('SharedAccessKeyName=local;SharedAccessKey=other');
  await expect(producer.getEventHubProperties()).rejects.toMatchObject({ code: 'UnauthorizedError' });
});

it.each([
  ['another path', '/', ['AMQPWSB10'], 'Unexpected server response: 400'],
  ['another protocol', '/$servicebus/websocket', ['amqp'], 'Server sent no subprotocol'],
])('refuses %s', async (_, path, protocols, message) => {
  const webSocket = new WebSocket(`wss://127.0.0.1:${hub.webSocketPort}${path}`, protocols, { ca: cert });
  const [error] = await once(webSocket, 'error');
  expect(error.message).toBe(message);
});

it('answers what is no WebSocket that it must become one', async () => {
  const [response] = await once(
    https.get({ port: hub.webSocketPort, host: '127.0.0.1', path: '/$servicebus/websocket', ca: cert }),
    'response',
  );
  expect(response.statusCode).toBe(426);
  response.resume();
});

it('rejects where its port is taken, and then listens nowhere', async () => {
  const port = await getPort({ host: '127.0.0.1' });
  const starting = startTestHub({ port, webSockets: { port: hub.webSocketPort ?? 0, cert, key } });
  await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await (await startTestHub({ port }))[Symbol.asyncDispose]();
});

it('is gone when the emulator stops, and its clients with it', async () => {
  const other = await startTestHub({ webSockets: { port: 0, cert, key } });
  const webSocket = new WebSocket(`wss://127.0.0.1:${other.webSocketPort}/$servicebus/websocket`, ['AMQPWSB10'], { ca: cert });
  await once(webSocket, 'open');
  const closed = once(webSocket, 'close');
  await other[Symbol.asyncDispose]();
  await closed;
  const late = new WebSocket(`wss://127.0.0.1:${other.webSocketPort}/$servicebus/websocket`, ['AMQPWSB10'], { ca: cert });
  const [error] = await once(late, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});
