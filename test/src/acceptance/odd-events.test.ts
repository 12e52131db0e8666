import { afterAll, describe, expect, inject, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { clientDeleted, clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

const NAMESPACE = 'odd events';
const CREATED = '2026-11-01T08:00:00.0000000Z';
const CONNECTED = '2026-11-01T09:00:00.0000000Z';
const ENDED = '2026-11-01T10:00:00.0000000Z';

type Fields = Record<string, unknown>;

/** An event with fields of its envelope and of its data as they are given; undefined: without that field. */
function odd(event: string, { data = {}, ...envelope }: Fields & { data?: Fields }): string {
  const { data: known, ...rest } = JSON.parse(event) as Fields;
  return JSON.stringify({ ...rest, ...envelope, data: { ...(known as Fields), ...data } });
}

/** Sends events of a client and waits until it is as expected, and the log has them as they came. */
async function expectClient(client: string, events: readonly string[], expected: object): Promise<void> {
  await test.hub.send([inArray(...events)], client);
  await eventually(async () => expect((await test.rollcall.client(NAMESPACE, client))?.client).toMatchObject(expected));
  await eventually(() => {
    const logged = test.topic('events').of(NAMESPACE, client);
    expect(logged.map(({ value }) => String(value))).toEqual(events);
  });
}

describe('a client whose Disconnected has no reason is offline, reason Unknown', () => {
  it.each([
    ['null', null],
    ['absent', undefined],
    ['empty', ''],
  ])('%s', async (what, disconnectionReason) => {
    const whose = { namespace: NAMESPACE, client: `reason ${what}` };
    const events = [
      sessionConnected(whose, { time: CONNECTED }),
      odd(sessionDisconnected(whose, '', { time: ENDED }), { data: { disconnectionReason } }),
    ];
    await expectClient(whose.client, events, { presence: 'offline', since: ENDED, disconnectionReason: 'Unknown', connectedSessions: 0 });
    expect((await test.rollcall.session(NAMESPACE, whose.client, 's'))?.disconnectionReason).toBe('Unknown');
    const { clients } = await test.rollcall.list({ namespace: NAMESPACE, reason: 'Unknown', prefix: whose.client }, { limit: 10 });
    expect(clients.map(({ client }) => client)).toEqual([whose.client]);
  });
});

describe('a registration without clientName is admitted under the authentication name', () => {
  it.each([
    ['absent', undefined],
    ['null', null],
  ])('%s', async (what, clientName) => {
    const whose = { namespace: NAMESPACE, client: `name ${what}` };
    const created = odd(clientUpdated(whose, CREATED, {}, { time: CREATED }), { data: { clientName } });
    await expectClient(whose.client, [created], { exists: 'yes', clientName: whose.client });
    const gone = odd(clientDeleted(whose, { time: ENDED }), { data: { clientName } });
    await test.hub.send([inArray(gone)], whose.client);
    await eventually(async () =>
      expect((await test.rollcall.client(NAMESPACE, whose.client))?.client).toMatchObject({ exists: 'no', deletedAt: ENDED }),
    );
  });
});

describe('attributes of another shape are read', () => {
  it.each([
    ['null', null, {}],
    ['an empty array', [], {}],
    ['an array of pairs', [{ key: 'a', value: '1' }], { a: '1' }],
    ['JSON text', '{"a":1}', { a: 1 }],
    ['no object at all', 'floor 3', { raw: 'floor 3' }],
  ])('%s', async (what, attributes, expected) => {
    const whose = { namespace: NAMESPACE, client: `attributes ${what}` };
    const created = odd(clientUpdated(whose, CREATED, {}, { time: CREATED }), { data: { attributes } });
    await expectClient(whose.client, [created], { exists: 'yes', state: 'Enabled' });
    expect((await test.rollcall.client(NAMESPACE, whose.client))?.client.attributes).toEqual(expected);
  });
});

describe('a registration that lacks times or state is admitted', () => {
  it.each([
    ['null', null],
    ['absent', undefined],
  ])('updatedOn, createdOn and state %s', async (what, value) => {
    const whose = { namespace: NAMESPACE, client: `times ${what}` };
    const created = odd(clientUpdated(whose, CREATED, {}, { time: CREATED }), {
      data: { updatedOn: value, createdOn: value, state: value },
    });
    await expectClient(whose.client, [created], { exists: 'yes', state: 'Unknown', createdOn: CREATED, updatedOn: CREATED });
  });

  it('times without a zone are UTC, and a subject of null is none', async () => {
    const whose = { namespace: NAMESPACE, client: 'zoneless' };
    const zoneless = (time: string) => time.slice(0, -1);
    const events = [
      odd(clientUpdated(whose, CREATED, {}, { time: CREATED }), {
        ...{ subject: null, time: zoneless(CONNECTED) },
        data: { createdOn: zoneless(CREATED), updatedOn: zoneless(CONNECTED) },
      }),
      odd(sessionConnected(whose, { time: CONNECTED }), { subject: null, time: zoneless(CONNECTED) }),
    ];
    const expected = { presence: 'online', since: CONNECTED, createdOn: CREATED, updatedOn: CONNECTED };
    await expectClient(whose.client, events, expected);
  });
});

it('takes an event that has only what presence needs, and gives it back from Redis', async () => {
  const bare = (event: string) => {
    const { type, time, data } = JSON.parse(event) as Fields;
    return JSON.stringify({ type, time, data });
  };
  const whose = { namespace: NAMESPACE, client: 'bare' };
  const events = [
    bare(sessionConnected(whose, { time: CONNECTED })),
    bare(clientUpdated(whose, CREATED, { floor: 3 }, { time: CREATED })),
    bare(sessionDisconnected(whose, 'ConnectionLost', { time: ENDED })),
  ];
  await expectClient(whose.client, events, { presence: 'offline', since: ENDED, source: '', exists: 'yes', attributes: { floor: 3 } });
  const history = await Array.fromAsync(test.rollcall.history(NAMESPACE, whose.client));
  expect(history.map(({ outcome }) => outcome)).toEqual(['changed', 'changed', 'changed']);
});
