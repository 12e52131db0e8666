import { type StartedStack, startStack } from '@rollcall/local';
import type { Change } from '@rollcall/schema';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { inArray } from './event-hub.ts';
import { sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const NAMESPACE = 'deadlines';
/** In milliseconds. */
const GRACE = 2_000;

let stack: StartedStack;
let test: RollcallUnderTest;
beforeAll(async () => {
  const parts = ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest', 'projector'] as const;
  stack = await startStack({ parts, env: { OFFLINE_GRACE: `${GRACE}ms` } });
  test = new RollcallUnderTest(stack);
});
afterAll(async () => {
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

/** Connected for a minute, until now. */
async function connectAndLeave(client: string, reason: string): Promise<void> {
  const whose = { namespace: NAMESPACE, client };
  const aMinuteAgo = new Date(Date.now() - 60_000).toISOString();
  await test.hub.send([inArray(sessionConnected(whose, { time: aMinuteAgo }), sessionDisconnected(whose, reason))], client);
}

async function client(name: string) {
  return (await test.rollcall.client(NAMESPACE, name))?.client;
}

/** What happened to the client, change by change. */
function kindsOf(name: string): string[] {
  return test
    .topic('changes')
    .of(NAMESPACE, name)
    .map((record) => decoded<Change>(record).kinds.join(' '));
}

const CONFIRMED = { presence: 'offline', offlineConfirmed: true };

it('confirms once, after the grace, that a client is offline', async () => {
  await connectAndLeave('gone', 'ConnectionLost');
  await eventually(async () => expect(await client('gone')).toMatchObject({ presence: 'offline', offlineConfirmed: false }), 5_000);
  await eventually(async () => expect(await client('gone')).toMatchObject(CONFIRMED));
  expect((await test.rollcall.list({ namespace: NAMESPACE, confirmed: true })).clients.map((one) => one.client)).toEqual(['gone']);
  expect((await test.rollcall.counts(NAMESPACE))[0]?.offlineConfirmed).toBe(1);
  await test.settled();
  expect(kindsOf('gone')).toEqual(['session-connected client-online', 'session-disconnected client-offline', 'client-offline-confirmed']);
  const [, left, confirmed] = await eventually(() => {
    const logged = test.topic('events').of(NAMESPACE, 'gone');
    expect(logged).toHaveLength(3);
    return logged;
  });
  expect((confirmed?.timestamp ?? 0) - (left?.timestamp ?? 0)).toBeGreaterThanOrEqual(GRACE);
});

it('does not confirm a client that comes back within the grace', async () => {
  await connectAndLeave('back', 'ConnectionLost');
  await eventually(async () => expect(await client('back')).toMatchObject({ presence: 'offline' }), 5_000);
  await test.hub.send([inArray(sessionConnected({ namespace: NAMESPACE, client: 'back' }, { sequenceNumber: 2 }))]);
  // Whoever leaves after it is confirmed after its own deadline would have been.
  await connectAndLeave('later', 'ConnectionLost');
  await eventually(async () => expect(await client('later')).toMatchObject(CONFIRMED));
  await test.settled();
  expect(await client('back')).toMatchObject({ presence: 'online', offlineConfirmed: false });
  expect(kindsOf('back')).toEqual([
    'session-connected client-online',
    'session-disconnected client-offline',
    'session-connected client-online',
  ]);
});

it('counts a client that was taken over as online, until its successor has not come for the grace', async () => {
  await connectAndLeave('taken', 'SessionTakenOver');
  await eventually(async () => expect(await client('taken')).toMatchObject({ presence: 'online', connectedSessions: 0 }), 5_000);
  await eventually(async () => expect(await client('taken')).toMatchObject({ ...CONFIRMED, disconnectionReason: 'SessionTakenOver' }));
  await test.settled();
  expect(kindsOf('taken')).toEqual(['session-connected client-online', 'session-disconnected', 'client-offline client-offline-confirmed']);
});

it('writes after its start the deadline that fell due while no projector ran', async () => {
  await connectAndLeave('due', 'ConnectionLost');
  await eventually(async () => expect(await client('due')).toMatchObject({ presence: 'offline' }), 5_000);
  await stack.part('projector').stop();
  const stopped = Date.now();
  expect(await client('due')).toMatchObject({ offlineConfirmed: false });
  await vi.waitUntil(() => Date.now() - stopped > GRACE, { timeout: 2 * GRACE });
  expect(await client('due')).toMatchObject({ offlineConfirmed: false });

  await stack.part('projector').start();
  await eventually(async () => expect(await client('due')).toMatchObject(CONFIRMED));
  await test.settled();
  expect(kindsOf('due').slice(1)).toEqual(['session-disconnected client-offline', 'client-offline-confirmed']);
});
