import { once } from 'node:events';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import rhea, { type Connection, type EventContext, type Message } from 'rhea';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sasToken } from './access.test-kit.ts';
import type { AccessKey } from './access.ts';
import { connectionString, eventsOf, GROUP, HUB, IMPATIENT, receive, startTestHub, type TestHub } from './emulator.test-kit.ts';

const KEY = { name: 'everything', key: 'c2VjcmV0' };
const READ = { operation: 'READ', name: HUB, type: 'com.microsoft:eventhub' };
const TRACKED = 'TrackingId:[0-9a-f]{32}_G0, SystemTracker:emulator, Timestamp:[0-9-]{10}T[0-9:]{8}$';
const NOBODY = {
  code: 'UnauthorizedError',
  message: expect.stringMatching(`^InvalidSignature: The token has an invalid signature. ${TRACKED}`),
};

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ partitions: 2, accessKey: KEY });
  await hub.producer.sendBatch([{ body: 'a' }, { body: 'b' }], { partitionId: '0' });
});
afterAll(() => hub[Symbol.asyncDispose]());

/** Clients that are closed after the test. */
function clients({ address = connectionString(hub.port, KEY), name = HUB, group = GROUP } = {}) {
  const producer = new EventHubProducerClient(address, name, IMPATIENT);
  const consumer = new EventHubConsumerClient(group, address, name, IMPATIENT);
  onTestFinished(async () => {
    await Promise.all([producer.close(), consumer.close()]);
  });
  return { producer, consumer };
}

function notFound(entity: string) {
  const text = `The messaging entity '${entity}' could not be found. To know more visit https://aka.ms/sbResourceMgrExceptions.`;
  return { code: 'MessagingEntityNotFoundError', message: expect.stringContaining(text) };
}

describe('an event hub that does not exist', () => {
  it('is found by nobody', async () => {
    const { producer, consumer } = clients({ name: 'Unheard-of' });
    await expect(producer.getEventHubProperties()).rejects.toMatchObject(notFound('sb://127.0.0.1/unheard-of'));
    await expect(producer.getPartitionProperties('0')).rejects.toMatchObject(notFound('sb://127.0.0.1/unheard-of'));
    await expect(producer.sendBatch([{ body: 'x' }])).rejects.toMatchObject(notFound('sb://127.0.0.1/unheard-of'));
    const entity = 'sb://127.0.0.1/unheard-of/consumergroups/$default/partitions/0';
    await expect(receive(consumer, { partitionId: '0', count: 1 })).rejects.toMatchObject(notFound(entity));
  });
});

describe('a partition that does not exist', () => {
  it('is out of range', async () => {
    const { producer, consumer } = clients();
    const text = 'The specified partition is invalid for an EventHub partition sender or receiver. It should be between 0 and 1.';
    const outOfRange = { code: 'ArgumentOutOfRangeError', message: expect.stringContaining(text) };
    await expect(producer.getPartitionProperties('2')).rejects.toMatchObject(outOfRange);
    await expect(producer.sendBatch([{ body: 'x' }], { partitionId: '2' })).rejects.toMatchObject(outOfRange);
    await expect(receive(consumer, { partitionId: '2', count: 1 })).rejects.toMatchObject(outOfRange);
  });
});

describe('a consumer group that does not exist', () => {
  it('is not found, while the event hub is', async () => {
    const { consumer } = clients({ group: 'Forgotten' });
    expect(await consumer.getPartitionIds()).toEqual(['0', '1']);
    const reading = receive(consumer, { partitionId: '0', count: 1 });
    await expect(reading).rejects.toMatchObject(notFound(`local:eventhub:${HUB}~32766|forgotten`));
  });

  it('is not one whose name has other capitals', async () => {
    const { consumer } = clients({ group: '$default' });
    expect(await receive(consumer, { partitionId: '0', count: 2 })).toHaveLength(2);
  });
});

describe('a position', () => {
  it.each([
    [
      'an offset beyond the last event',
      { offset: '25789595200' },
      '0',
      "The supplied offset '25789595200' is invalid. The last offset in the system is '",
    ],
    ['an offset in an empty partition', { offset: '0' }, '1', "The supplied offset '0' is invalid. The last offset in the system is '-1' "],
    [
      'a sequence number beyond the last event',
      { sequenceNumber: 2 },
      '0',
      "The supplied sequence number '2' is invalid. The last sequence number in the system is '1' ",
    ],
    ['the sequence number that comes next', { sequenceNumber: 2, isInclusive: true }, '0', "The supplied sequence number '2' is invalid."],
  ])('is refused: %s', async (_, from, partitionId, text) => {
    const { consumer } = clients();
    const refused = { code: 'ArgumentError', message: expect.stringContaining(text) };
    await expect(receive(consumer, { partitionId, from, count: 1 })).rejects.toMatchObject(refused);
  });

  it('at the last event is good, with or without that event', async () => {
    const { producer, consumer } = clients();
    const { lastEnqueuedOffset: offset, lastEnqueuedSequenceNumber: sequenceNumber } = await producer.getPartitionProperties('0');
    for (const last of [{ offset }, { sequenceNumber }]) {
      const [itself] = await receive(consumer, { partitionId: '0', from: { ...last, isInclusive: true }, count: 1 });
      expect(itself?.body).toBe('b');
      const waiting = eventsOf(consumer, { partitionId: '0', from: last, options: { maxWaitTimeInSeconds: 1 } });
      const next = waiting.next();
      await producer.sendBatch([{ body: 'b' }], { partitionId: '0' });
      expect((await next).value).toMatchObject({ body: 'b' });
      await waiting.return(undefined);
    }
  });

  it('before the first event is good in an empty partition', async () => {
    const { producer } = clients();
    const positions = [{ offset: '-1' }, { sequenceNumber: -1 }];
    const waiting = positions.map((from) => receive(clients().consumer, { partitionId: '1', from, count: 1 }));
    await producer.sendBatch([{ body: 'first' }], { partitionId: '1' });
    for (const events of await Promise.all(waiting)) expect(events).toMatchObject([{ body: 'first', sequenceNumber: 0 }]);
  });
});

describe('a client', () => {
  it.each([
    ['a wrong key', connectionStringOf({ ...KEY, key: 'other' })],
    ['the name of another key', connectionStringOf({ ...KEY, name: 'other' })],
  ])('with %s is refused by its token', async (_, address) => {
    const { producer, consumer } = clients({ address: address() });
    await expect(producer.getEventHubProperties()).rejects.toMatchObject(NOBODY);
    await expect(producer.sendBatch([{ body: 'x' }])).rejects.toMatchObject(NOBODY);
    await expect(receive(consumer, { partitionId: '0', count: 1 })).rejects.toMatchObject(NOBODY);
  });

  it('with a token that has expired is refused, and with a good one is not', async () => {
    const signed = (expiry: number) => {
      const token = sasToken(`sb://127.0.0.1:${hub.port}/${HUB}`, KEY, expiry);
      return `Endpoint=sb://127.0.0.1:${hub.port};SharedAccessSignature=${token};UseDevelopmentEmulator=true`;
    };
    const expired = {
      code: 'UnauthorizedError',
      message: expect.stringContaining('ExpiredToken: The token is expired. Expiration time: '),
    };
    await expect(clients({ address: signed(1) }).producer.getEventHubProperties()).rejects.toMatchObject(expired);
    expect(await clients({ address: signed(Date.now() / 1_000 + 60) }).producer.getPartitionIds()).toEqual(['0', '1']);
  });

  it.each([
    ['Listen', 'receiver', { source: `${HUB}/ConsumerGroups/${GROUP}/Partitions/0` }, `${HUB}/consumergroups/$default/partitions/0`],
    ['Send', 'sender', { target: HUB }, HUB],
  ] as const)('without a token has no %s claim for a %s %j', async (claim, kind, link, resource) => {
    const connection = connect({ username: 'anyone' });
    if (kind === 'sender') connection.open_sender({ ...link });
    else connection.open_receiver({ ...link });
    const { condition, description } = await new Promise<Record<string, unknown>>((resolve) => {
      connection.once(`${kind}_error`, (context: EventContext) => resolve(context[kind]?.error as Record<string, unknown>));
    });
    expect(condition).toBe('amqp:unauthorized-access');
    expect(description).toContain(
      `Unauthorized access. '${claim}' claim(s) are required to perform this operation. Resource: 'sb://127.0.0.1/${resource}'.`,
    );
  });

  it('without a token is told by $management that it has no Listen claim', async () => {
    const connection = connect({ username: 'anyone' });
    const answers = connection.open_receiver({ source: '$management', name: 'answers' });
    const requests = connection.open_sender('$management');
    requests.once('sendable', () => requests.send({ application_properties: READ, reply_to: 'answers', body: '' }));
    const { application_properties } = await new Promise<Message>((resolve) => {
      answers.once('message', ({ message }: EventContext) => message && resolve(message));
    });
    expect(application_properties).toMatchObject({
      'status-code': 401,
      'error-condition': 'amqp:unauthorized-access',
      'status-description': expect.stringContaining("'Listen' claim(s) are required to perform this operation."),
    });
  });

  it('with the token of another key in its request is refused by $management', async () => {
    const connection = connect({ username: 'anyone' });
    const answers = connection.open_receiver({ source: '$management', name: 'answers' });
    const requests = connection.open_sender('$management');
    const ask = (key: AccessKey) =>
      new Promise<unknown>((resolve) => {
        const security_token = sasToken(`sb://127.0.0.1/${HUB}`, key, Date.now() / 1_000 + 60);
        answers.once('message', ({ message }: EventContext) => resolve(message?.application_properties?.['status-code']));
        requests.send({ application_properties: { ...READ, security_token }, reply_to: 'answers', body: '' });
      });
    await once(requests, 'sendable');
    expect(await ask({ ...KEY, key: 'other' })).toBe(401);
    expect(await ask(KEY)).toBe(200);
  });

  it('with a wrong password does not get in', async () => {
    const connection = connect({ username: KEY.name, password: 'other' });
    const error = await new Promise<{ condition?: string }>((resolve) => {
      connection.once('connection_error', (context: EventContext) => resolve(context.error as { condition?: string }));
    });
    expect(error.condition).toBe('amqp:unauthorized-access');
  });
});

function connectionStringOf(key: typeof KEY): () => string {
  return () => connectionString(hub.port, key);
}

function connect(who: { username: string; password?: string }): Connection {
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port: hub.port, reconnect: false, ...who });
  connection.on('disconnected', () => {});
  onTestFinished(() => connection.close());
  return connection;
}
