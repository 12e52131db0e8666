import { type ChildProcess, spawn } from 'node:child_process';
import type { Change } from '@rollcall/schema';
import { afterAll, afterEach, expect, inject, it } from 'vitest';
import { mosquittoMissing } from './mosquitto-clients.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const test = new RollcallUnderTest(inject('stack'));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const process of started) process.kill('SIGKILL');
});
afterAll(() => test[Symbol.asyncDispose]());

const missing = mosquittoMissing();

/** A real MQTT client: its user name is the client, its client id the session. */
function mosquittoSub(client: string, session: string): ChildProcess {
  const args = ['-h', '127.0.0.1', '-p', String(test.stack.ports.mqtt), '-u', client, '-i', session, '-t', 'demo', '-k', '60'];
  const process = spawn('mosquitto_sub', args, { stdio: 'ignore' });
  started.push(process);
  return process;
}

/** What Redis says of the client's one session, in one word and number, within a second of now. */
function withinASecond(client: string, expected: { presence: string; status: string; sequenceNumber: string }): Promise<void> {
  return eventually(async () => {
    const view = await test.rollcall.client('local', client);
    expect({ ...view?.client, ...view?.sessions[0] }).toMatchObject(expected);
  }, 1_000);
}

const online = (sequenceNumber: string) => ({ presence: 'online', status: 'connected', sequenceNumber });
const offline = (sequenceNumber: string) => ({ presence: 'offline', status: 'disconnected', sequenceNumber });

it.skipIf(missing)(`follows mosquitto_sub from the socket to Redis within a second${missing ? `: ${missing}` : ''}`, async () => {
  // Each hop's first message opens connections.
  mosquittoSub('warm-up', 's');
  await eventually(async () => expect((await test.rollcall.client('local', 'warm-up'))?.client.presence).toBe('online'));

  const first = mosquittoSub('sensor-7', 'roof');
  await withinASecond('sensor-7', online('1'));
  expect((await test.command('client', 'local', 'sensor-7')).stdout).toMatch(/presence +online\n(.*\n)+roof +connected .* 1 /);

  first.kill('SIGKILL');
  await withinASecond('sensor-7', offline('1'));
  expect((await test.command('client', 'local', 'sensor-7')).stdout).toMatch(/presence +offline \(ConnectionLost\), not confirmed yet\n/);

  const second = mosquittoSub('sensor-7', 'roof');
  await withinASecond('sensor-7', online('2'));
  expect((await test.command('session', 'local', 'sensor-7', 'roof')).stdout).toMatch(/status +connected\n(.*\n)*sequence number +2\n/);

  // Frozen, it cannot come back when it is thrown out, as mosquitto_sub otherwise does for ever.
  second.kill('SIGSTOP');
  const third = mosquittoSub('sensor-7', 'roof');
  await withinASecond('sensor-7', online('3'));
  expect(await test.json('client', 'local', 'sensor-7')).toMatchObject({ presence: 'online', connectedSessions: 1 });
  second.kill('SIGKILL');

  third.kill('SIGTERM');
  await withinASecond('sensor-7', offline('3'));

  await test.settled();
  const changes = test
    .topic('changes')
    .of('local', 'sensor-7')
    .map(decoded<Change>);
  expect(changes.map(({ kinds, session }) => [session?.sequenceNumber, session?.disconnectionReason, ...kinds])).toEqual([
    ['1', undefined, 'session-connected', 'client-online'],
    ['1', 'ConnectionLost', 'session-disconnected', 'client-offline'],
    ['2', undefined, 'session-connected', 'client-online'],
    // Taken over: its session ends for a moment, and the client is never offline.
    ['2', 'SessionTakenOver', 'session-disconnected'],
    ['3', undefined, 'session-connected'],
    ['3', 'ClientInitiatedDisconnect', 'session-disconnected', 'client-offline'],
  ]);
  await eventually(() => {
    const logged = test
      .topic('events')
      .of('local', 'sensor-7')
      .map(decoded<{ data: { disconnectionReason?: string } }>);
    expect(logged.map(({ data }) => data.disconnectionReason)).toContain('SessionTakenOver');
  });
});
