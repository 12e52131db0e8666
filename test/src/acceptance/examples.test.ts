import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { LogWriter } from '@rollcall/log';
import { clientKey, offlineDeadlineJson, partitionOf, timeFromMilliseconds, topicNames } from '@rollcall/schema';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { type RunningCommand, startProgram } from './command-line.ts';
import { inArray } from './event-hub.ts';
import { sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
const writer = new LogWriter({
  brokers: [stack.kafkaBrokers],
  prefix: 'rollcall',
  clientId: 'examples',
  retries: 5,
  logger: { debug: () => {} },
});
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rollcall-examples-'));
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await writer.close();
  await rm(folder, { recursive: true });
});

/** Starts an example as a user would; it is killed at the end of the test, if not before. */
function start(name: string, ...args: readonly string[]): RunningCommand {
  const file = fileURLToPath(new URL(`../../../examples/dist/${name}.js`, import.meta.url));
  const running = startProgram(file, args, { REDIS_URL: stack.redisUrl, KAFKA_BROKERS: stack.kafkaBrokers });
  onTestFinished(() => void running.process.kill('SIGKILL'));
  return running;
}

async function kill(running: RunningCommand): Promise<void> {
  running.process.kill('SIGKILL');
  await running.result;
}

/** A webhook that is down for its first request. */
async function webhook() {
  const posted: { text: string }[] = [];
  let requests = 0;
  const server = http.createServer(async (request, response) => {
    const message = (await json(request)) as { text: string };
    if (++requests === 1) return response.writeHead(503).end();
    posted.push(message);
    return response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, posted };
}

const ENDED = '2026-03-01T12:05:00.0000000Z';

/** A client that came and was lost, and whose time to come back is over: this stack's own grace outlasts any test. */
async function loseForGood(namespace: string, client: string): Promise<void> {
  const whose = { namespace, client };
  await test.hub.send([
    inArray(sessionConnected(whose, { time: '2026-03-01T12:00:00Z' }), sessionDisconnected(whose, 'ConnectionLost', { time: ENDED })),
  ]);
  await eventually(async () => expect((await test.rollcall.client(namespace, client))?.client.presence).toBe('offline'));
  const key = clientKey(namespace, client);
  const value = offlineDeadlineJson(namespace, client, timeFromMilliseconds(Date.parse(ENDED)), timeFromMilliseconds(Date.now()));
  await writer.append([{ topic: topicNames('rollcall').events, partition: partitionOf(key, PARTITIONS), key, value }]);
}

it('the alert posts each client that is confirmed offline once, though the webhook was down and it was itself killed', async () => {
  const { url, posted } = await webhook();
  const position = path.join(folder, 'alert.json');
  const message = (client: string) => `alerted/${client} has been offline since ${ENDED} (ConnectionLost)`;

  const first = start('alert', url, position);
  await eventually(() => expect(first.printed()).toContain('waiting'));
  await loseForGood('alerted', 'pump');
  await eventually(() => expect(first.printed()).toContain('alerted/pump has been offline'));
  await kill(first);

  await loseForGood('alerted', 'fan');
  await test.settled();
  const second = start('alert', url, position);
  await loseForGood('alerted', 'valve');
  await eventually(() => expect(second.printed()).toMatch(/alerted\/fan .*alerted\/valve |alerted\/valve .*alerted\/fan /s));
  expect(posted.map(({ text }) => text).sort()).toEqual(['fan', 'pump', 'valve'].map(message));
});

it('the audit tells when a client was online, and how each time ended', async () => {
  const whose = { namespace: 'audited', client: 'pump' };
  const again = sessionConnected(whose, { time: '2026-03-01T12:06:00Z', sequenceNumber: 2 });
  await test.hub.send([
    inArray(
      sessionConnected(whose, { time: '2026-03-01T12:00:00Z' }),
      sessionDisconnected(whose, 'ConnectionLost', { time: '2026-03-01T12:05:00Z' }),
      again,
      again,
    ),
  ]);
  await test.settled();

  expect(await start('audit', 'audited', 'pump').result).toEqual({
    code: 0,
    stderr: '',
    stdout: `2026-03-01T12:00:00.0000000Z to 2026-03-01T12:05:00.0000000Z, ended by ConnectionLost
2026-03-01T12:06:00.0000000Z until now
online for 300 s in all, not counting now; endings: ConnectionLost 1
events that changed nothing: duplicate 1
`,
  });
  expect(await start('audit', 'audited', 'nobody').result).toMatchObject({ code: 1, stdout: '' });
});

it('the dashboard begins with all clients as they are, and is drawn anew as they change', async () => {
  const [namespace, time] = ['dashboard', '2026-03-01T12:00:00Z'];
  const publish = (...events: string[]) => test.hub.send([inArray(...events)]);
  await publish(sessionConnected({ namespace, client: 'pump' }, { time }), sessionConnected({ namespace, client: 'fan' }, { time }));
  await eventually(async () => expect((await test.rollcall.counts(namespace))[0]?.clients).toBe(2));

  const dashboard = start('dashboard', namespace);
  await eventually(() => expect(dashboard.printed()).not.toBe(''));
  expect(dashboard.printed()).toMatch(/^dashboard: 2 of 2 clients online\n/);
  await publish(sessionDisconnected({ namespace, client: 'fan' }, 'ConnectionLost', { time: ENDED }));
  const fan = /dashboard: 1 of 2 clients online\n.*'fan' +│ 'offline' +│ '2026-03-01T12:05:00.0000000Z' +│ 'ConnectionLost' /s;
  await eventually(() => expect(dashboard.printed()).toMatch(fan));
  await publish(sessionConnected({ namespace, client: 'valve' }, { time }));
  await eventually(() => expect(dashboard.printed()).toContain('dashboard: 2 of 3 clients online'));
});
