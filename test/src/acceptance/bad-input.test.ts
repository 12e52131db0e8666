import { clientKey, OFFLINE_DEADLINE } from '@rollcall/schema';
import { afterAll, expect, inject, it } from 'vitest';
import { expectDeadLetter } from './dead-letters.ts';
import { binary, inArray } from './event-hub.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

const NAMESPACE = 'bad input';
const good = (client: string) => sessionConnected({ namespace: NAMESPACE, client });
/** A good event with one thing changed. */
const but = (client: string, from: string | RegExp, to: string) => good(client).replace(from, to);
const inTenMinutes = new Date(Date.now() + 600_000).toISOString();

/** The clients are online: what stood next to the bad event was taken. */
async function expectOnline(...clients: readonly string[]): Promise<void> {
  await eventually(async () => {
    const views = await Promise.all(clients.map((client) => test.rollcall.client(NAMESPACE, client)));
    expect(views.map((view) => view?.client.presence)).toEqual(clients.map(() => 'online'));
  });
}

it.each([
  { what: 'no JSON', bad: but('c', '"1.0"', 'one'), reason: 'not-json', detail: 'not JSON' },
  { what: 'no object', bad: '"hello"', reason: 'not-cloudevent', detail: /./ },
  { what: 'no type', bad: but('c', '"type"', '"kind"'), reason: 'not-cloudevent', detail: /^type: missing, /, client: 'c' },
  {
    what: 'a type of others',
    bad: but('c', 'MQTTClientSessionConnected', 'Else'),
    reason: 'unknown-type',
    detail: /Grid\.Else$/,
    client: 'c',
  },
  {
    what: 'a deadline that we have not written',
    bad: but('c', /"Microsoft\.[A-Za-z.]+"/, JSON.stringify(OFFLINE_DEADLINE)),
    ...{ reason: 'unknown-type', detail: 'rollcall.OfflineDeadline', client: 'c' },
  },
  {
    what: 'a number that is none',
    bad: but('c', '"sequenceNumber":1', '"sequenceNumber":"one"'),
    ...{ reason: 'invalid-data', detail: /^data\.sequenceNumber: /, client: 'c' },
  },
  {
    what: 'a number beyond int64',
    bad: but('c', '"sequenceNumber":1', '"sequenceNumber":9223372036854775808'),
    ...{ reason: 'invalid-data', detail: /^data\.sequenceNumber: /, client: 'c' },
  },
  {
    what: 'no time',
    bad: but('c', '"time"', '"Time"'),
    reason: 'invalid-data',
    detail: /^time: missing; an event needs this field: correct what sent it, or publish it again with the field filled in$/,
    client: 'c',
  },
  { what: 'no client', bad: but('c', '"c"', '""'), reason: 'invalid-data', detail: /^data\.clientAuthenticationName: / },
  { what: 'a megabyte', bad: but('c', 'clients/any', 'x'.repeat(1_000_000)), reason: 'too-large', detail: 'longer than 1000000 bytes' },
  {
    what: 'a time to come',
    bad: but('c', /"time":"[^"]+"/, `"time":"${inTenMinutes}"`),
    ...{ reason: 'time-in-future', detail: /^time: .* is ahead of the enqueued time /, client: 'c' },
  },
])('keeps $what byte for byte as $reason, and takes its neighbours', async ({ what, bad, reason, detail, client }) => {
  const [before, first, last, after] = ['before', 'first', 'last', 'after'].map((where) => `${where} ${what}`) as [string, ...string[]];
  const messages = [inArray(good(before)), inArray(good(first ?? ''), bad, good(last ?? '')), inArray(good(after ?? ''))];
  await test.hub.send(messages, what);

  await expectOnline(before, first ?? '', last ?? '', after ?? '');
  const key = client === undefined ? undefined : clientKey(NAMESPACE, client);
  await expectDeadLetter(test, Buffer.from(bad), { reason, detail, key, element: 1 });
});

it('takes what stands before the place where a message breaks off, and keeps the rest', async () => {
  const rest = good('never').slice(0, -9);
  await test.hub.send([{ body: Buffer.from(`[${good('before the end')},${rest}`) }, inArray(good('after the end'))], 'broken off');
  await expectOnline('before the end', 'after the end');
  await expectDeadLetter(test, Buffer.from(rest), { reason: 'not-json', detail: 'not JSON', element: 1 });
});

it('keeps bytes that are no UTF-8', async () => {
  const bytes = Buffer.concat([Buffer.from('[{"id":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}]')]);
  await test.hub.send([inArray(good('before the bytes')), { body: bytes }, inArray(good('after the bytes'))], 'no UTF-8');
  await expectOnline('before the bytes', 'after the bytes');
  await expectDeadLetter(test, bytes, { reason: 'not-json', detail: 'not UTF-8', element: 0 });
});

it('keeps an event in binary mode with its attributes', async () => {
  const event = binary(good('binary').replace('"sequenceNumber":1', '"sequenceNumber":true'), 'cloudEvents:');
  await test.hub.send([event]);
  const headers = { ce_specversion: '1.0', ce_type: 'Microsoft.EventGrid.MQTTClientSessionConnected', 'content-type': 'application/json' };
  const key = clientKey(NAMESPACE, 'binary');
  const detail = /^data\.sequenceNumber: /;
  await expectDeadLetter(test, event.body, { reason: 'invalid-data', detail, key, element: 0, headers });
});
