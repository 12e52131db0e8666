import { readFileSync } from 'node:fs';
import type { EventData } from '@azure/event-hubs';
import { type Change, type ClientSnapshot, type SessionSnapshot, splitArray } from '@rollcall/schema';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { binary, eventGridSchema, inArray, single } from './event-hub.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded, text } from './topic-feed.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

/** The article's samples as they stand there, each an array of one event. */
const ARTICLE = readFileSync(new URL('article-samples.json', import.meta.url), 'utf8');
const [CONNECTED = '', DISCONNECTED = '', CREATED = '', DELETED = ''] = (splitArray(ARTICLE) ?? []).map((sample) =>
  sample.slice(1, -1).trim(),
);

const IN_ORDER = { events: [CREATED, CONNECTED, DISCONNECTED, DELETED], details: false };
const SWAPPED = { events: [CREATED, DISCONNECTED, CONNECTED, DELETED], details: true };

const FORMS: Readonly<Record<string, (events: readonly string[]) => EventData[]>> = {
  'each in an array': (events) => events.map((event) => inArray(event)),
  'all in one array': (events) => [inArray(...events)],
  'each as an object': (events) => events.map(single),
  'each in binary mode with cloudEvents:': (events) => events.map((event) => binary(event, 'cloudEvents:')),
  'each in binary mode with ce-': (events) => events.map((event) => binary(event, 'ce-')),
  'each in the Event Grid schema': (events) => events.map((event) => ({ body: Buffer.from(eventGridSchema(event)) })),
  'all in one array in the Event Grid schema': (events) => [{ body: Buffer.from(`[${events.map(eventGridSchema).join(',')}]`) }],
};

const SOURCE = '/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myrg/providers/Microsoft.EventGrid/namespaces/myns';

function clientAtTheEnd(namespace: string): Omit<ClientSnapshot, 'offset'> {
  return {
    namespace,
    client: 'client1',
    clientName: 'client1',
    source: SOURCE,
    presence: 'offline',
    since: '2023-07-29T01:27:40.2446871Z',
    offlineConfirmed: false,
    disconnectionReason: 'ClientInitiatedDisconnect',
    connectedSessions: 0,
    rememberedSessions: 1,
    exists: 'no',
    state: 'Enabled',
    attributes: { attribute1: 'value1' },
    createdOn: '2023-07-29T01:14:34.2048108Z',
    updatedOn: '2023-07-29T01:14:34.2048108Z',
    deletedAt: '2023-07-29T01:30:52.5620566Z',
  };
}

function sessionAtTheEnd(namespace: string): Omit<SessionSnapshot, 'offset'> {
  return {
    namespace,
    client: 'client1',
    session: 'session1',
    status: 'disconnected',
    since: '2023-07-29T01:27:40.2446871Z',
    sequenceNumber: '1',
    connectedAt: '2023-07-29T01:23:49.6454046Z',
    disconnectedAt: '2023-07-29T01:27:40.2446871Z',
    disconnectionReason: 'ClientInitiatedDisconnect',
    counterRestarted: false,
  };
}

/** As `rollcall.state` has it: without what its client says, or what another of its members does. */
function asStored({ session, status, since, sequenceNumber, connectedAt, disconnectionReason }: Omit<SessionSnapshot, 'offset'>) {
  return { session, status, since, sequenceNumber, connectedAt, disconnectionReason };
}

const DECIMAL = expect.stringMatching(/^\d+$/);

describe.each(Object.entries(FORMS))("the article's samples, %s", (form, envelop) => {
  it.each([
    ['as it happened', IN_ORDER],
    ['Disconnected before Connected', SWAPPED],
  ])('%s', async (order, { events: samples, details }) => {
    // The first form is the article to the byte; each other gets a namespace of its own.
    const namespace = form === 'each in an array' && !details ? 'myns' : `myns, ${form}, ${order}`;
    const events = samples.map((event) => event.replace('"namespaceName": "myns"', `"namespaceName": ${JSON.stringify(namespace)}`));
    await test.hub.send(envelop(events), namespace);

    const client = { ...clientAtTheEnd(namespace), offset: DECIMAL };
    const session = { ...sessionAtTheEnd(namespace), offset: DECIMAL };
    await eventually(async () => expect(await test.rollcall.client(namespace, 'client1')).toEqual({ client, sessions: [session] }));
    expect(await test.json('client', namespace, 'client1')).toEqual({ ...client, sessions: [session] });

    await test.settled();
    const changes = test
      .topic('changes')
      .of(namespace, 'client1')
      .map(decoded<Change>);
    expect(changes.map(({ kinds }) => kinds)).toEqual([
      ['client-registered'],
      details ? ['session-disconnected', 'client-offline'] : ['session-connected', 'client-online'],
      details ? [] : ['session-disconnected', 'client-offline'],
      ['client-deleted'],
    ]);
    expect(changes.map(({ event }) => event)).toMatchObject(events.map((event) => JSON.parse(event)));
    expect(changes[2]?.session).toEqual(session);
    expect(changes[3]?.client).toEqual(client);
    const offsets = changes.map(({ position }) => BigInt(position.offset));
    expect(offsets).toEqual([...offsets].sort((a, b) => Number(a - b)));

    await eventually(() => {
      const state = test.topic('state').of(namespace, 'client1').at(-1);
      expect(state && decoded(state)).toMatchObject({ client, sessions: [asStored(sessionAtTheEnd(namespace))] });
      expect(test.topic('events').of(namespace, 'client1')).toHaveLength(4);
    });
    if (/binary|Event Grid/.test(form)) return;
    expect(
      test
        .topic('events')
        .of(namespace, 'client1')
        .map(({ value }) => text(value)),
    ).toEqual(events);
  });
});
