import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type StartedStack, startStack } from '@rollcall/local';
import type { Change } from '@rollcall/schema';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectDeadLetter } from './dead-letters.ts';
import { HUB_ENV, inArray } from './event-hub.ts';
import { clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const EAST = '/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/namespaces/fleet';

let stack: StartedStack;
let test: RollcallUnderTest;
beforeAll(async () => {
  const parts = ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest', 'projector'] as const;
  stack = await startStack({ parts, env: { ...HUB_ENV, SOURCES: `${EAST}=fleet-east`, OFFLINE_GRACE: '0' } });
  test = new RollcallUnderTest(stack);
});
afterAll(async () => {
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

const from = (source: string, event: string) => event.replace(/"source":"[^"]+"/, `"source":"${source}"`);
const connected = (client: string) => sessionConnected({ namespace: 'fleet', client });

it('takes events of the sources that are listed, each under the name it was given, and keeps those of any other', async () => {
  const stranger = from('/subscriptions/other', connected('stranger'));
  await test.hub.send([inArray(from(EAST, connected('a')), stranger, from(EAST.toUpperCase(), connected('b')))]);
  await eventually(async () => {
    const { clients } = await test.rollcall.list({ namespace: 'fleet-east' });
    expect(clients.map(({ client, presence }) => [client, presence]).sort()).toEqual([
      ['a', 'online'],
      ['b', 'online'],
    ]);
  });
  await expectDeadLetter(test, Buffer.from(stranger), {
    ...{ reason: 'unknown-source', detail: '/subscriptions/other', key: 'fleet/stranger', element: 1 },
  });
  expect((await test.rollcall.counts()).map(({ namespace }) => namespace)).toEqual(['fleet-east']);
});

it('confirms at once that a client is offline where the grace is 0', async () => {
  const whose = { namespace: 'fleet', client: 'c' };
  await test.hub.send([inArray(from(EAST, sessionConnected(whose)), from(EAST, sessionDisconnected(whose, 'ConnectionLost')))]);
  await eventually(async () => {
    const view = await test.rollcall.client('fleet-east', 'c');
    expect(view?.client).toMatchObject({ presence: 'offline', offlineConfirmed: true });
  }, 5_000);
  await eventually(() =>
    expect(
      test
        .topic('changes')
        .of('fleet-east', 'c')
        .map((record) => decoded<Change>(record).kinds),
    ).toEqual([['session-connected', 'client-online'], ['session-disconnected', 'client-offline'], ['client-offline-confirmed']]),
  );
});

it('counts each field that ingest tolerates, for whoever scrapes it', async () => {
  const port = await getPort();
  const env = {
    ...{ KAFKA_BROKERS: stack.kafkaBrokers, TOPIC_PREFIX: 'tolerated', PARTITIONS: '1', HTTP_PORT: String(port) },
    ...{
      EVENTHUBS_CONNECTION_STRING: stack.eventHubsConnectionString,
      EVENTHUBS_NAME: 'lifecycle',
      EVENTHUBS_CONSUMER_GROUP: 'acceptance',
    },
    ...{ CHECKPOINT_BLOB_CONNECTION_STRING: stack.blobConnectionString, CHECKPOINT_CONTAINER: 'tolerated' },
  };
  const program = fileURLToPath(new URL('../../../services/ingest/dist/main.js', import.meta.url));
  const ingest = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => ingest.on('close', resolve));
  try {
    const whose = { namespace: 'fleet', client: 'odd' };
    const noReason = sessionDisconnected(whose, '').replace('"disconnectionReason":""', '"disconnectionReason":null');
    const noName = clientUpdated(whose, new Date().toISOString(), {}).replace('"clientName":"odd",', '"clientName":null,');
    await test.hub.send([inArray(noReason, noName, noReason, connected('even'))]);
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(metrics.match(/^rollcall_ingest_tolerated_total.*$/gm)?.sort()).toEqual([
        'rollcall_ingest_tolerated_total{field="clientName"} 1',
        'rollcall_ingest_tolerated_total{field="disconnectionReason"} 2',
      ]);
    });
  } finally {
    ingest.kill();
    await ended;
  }
});

it.each([
  [
    'ingest',
    () => ({
      EVENTHUBS_NAME: 'hub',
      EVENTHUBS_CONNECTION_STRING: stack.eventHubsConnectionString,
      CHECKPOINT_BLOB_CONNECTION_STRING: stack.blobConnectionString,
    }),
  ],
  ['projector', () => ({ REDIS_URL: stack.redisUrl })],
])('%s ends at once, with a line that says what to do, where its port for health and metrics is taken', async (service, settings) => {
  const program = fileURLToPath(new URL(`../../../services/${service}/dist/main.js`, import.meta.url));
  const env = { ...settings(), KAFKA_BROKERS: stack.kafkaBrokers, HTTP_PORT: String(stack.ports.redis) };
  const process = spawn(globalThis.process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const code = new Promise((resolve) => process.on('close', resolve));
  const lines = (await text(process.stdout)).trim().split('\n');
  expect(await code).toBe(1);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'fatal',
    error: `cannot serve health and metrics at 127.0.0.1:${stack.ports.redis}: another process has this port; set HTTP_HOST and HTTP_PORT`,
  });
});
