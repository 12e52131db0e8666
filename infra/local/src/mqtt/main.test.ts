import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventHubConsumerClient, earliestEventPosition, type ReceivedEventData } from '@azure/event-hubs';
import type { Logger } from '@rollcall/service';
import getPort from 'get-port';
import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startEmulator } from '../eventhubs/emulator.ts';
import { told } from './front.test-kit.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/mqtt/main.js', import.meta.url));
const HUB = 'lifecycle';
const QUIET = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger;

/** The built program and an Event Hubs emulator, on ports and folders of their own. */
async function setUp() {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-mqtt-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const mqttPort = await getPort({ host: '127.0.0.1' });
  const hubPort = await getPort({ host: '127.0.0.1' });
  const connectionString = `Endpoint=sb://127.0.0.1:${hubPort};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`;
  const clientsFile = path.join(dir, 'clients.json');

  async function startHub(): Promise<void> {
    const emulator = await startEmulator(
      { port: hubPort, name: HUB, partitions: 4, dir: path.join(dir, 'hub'), retainedEvents: 1_000 },
      QUIET,
    );
    onTestFinished(() => emulator.stop());
  }

  async function startFront(): Promise<ChildProcess> {
    const front = spawn(process.execPath, [PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ROLLCALL_MQTT_PORT: String(mqttPort),
        EVENTHUBS_CONNECTION_STRING: connectionString,
        MQTT_DIR: path.join(dir, 'mqtt'),
        MQTT_CLIENTS_FILE: clientsFile,
      },
    });
    onTestFinished(() => kill(front));
    let log = '';
    front.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await vi.waitFor(() => expect(log).toContain('"msg":"ready"'), { timeout: 10_000 });
    return front;
  }

  async function connect(clientId: string, username: string) {
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId, username, reconnectPeriod: 0 });
    client.on('error', () => {});
    onTestFinished(() => void client.end(true));
    return client;
  }

  /** What the real SDK reads from the hub, from its beginning. */
  function read(): ReceivedEventData[] {
    const received: ReceivedEventData[] = [];
    const consumer = new EventHubConsumerClient('$Default', connectionString, HUB);
    const subscription = consumer.subscribe(
      { processEvents: async (events) => void received.push(...events), processError: async () => {} },
      { startPosition: earliestEventPosition, skipParsingBodyAsJson: true },
    );
    onTestFinished(async () => {
      await subscription.close();
      void consumer.close(); // never resolves where the last acknowledgement crossed the end of its session
    });
    return received;
  }

  const register = (clients: object) => writeFileSync(clientsFile, JSON.stringify(clients));
  return { startHub, startFront, connect, read, register };
}

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}

const bodies = (received: ReceivedEventData[]) => received.map(({ body }) => JSON.parse(String(body)));
const hears = (received: ReceivedEventData[], ...lines: string[]) =>
  vi.waitFor(() => expect(bodies(received).map(([event]) => told(event))).toEqual(lines), { timeout: 10_000 });

it('tells Event Hubs what became of a real client, as Event Grid would', { timeout: 40_000 }, async () => {
  const { startHub, startFront, connect, read } = await setUp();
  await startHub();
  const front = await startFront();
  const lost = await connect('session-1', 'sensor-1');
  lost.stream.destroy();
  const received = read();
  await hears(received, 'sensor-1/session-1 Connected 1', 'sensor-1/session-1 Disconnected 1 ConnectionLost');
  await connect('session-1', 'sensor-1');
  await connect('session-1', 'sensor-1');
  const untilTakenOver = [
    'sensor-1/session-1 Connected 1',
    'sensor-1/session-1 Disconnected 1 ConnectionLost',
    'sensor-1/session-1 Connected 2',
    'sensor-1/session-1 Disconnected 2 SessionTakenOver',
    'sensor-1/session-1 Connected 3',
  ];
  await hears(received, ...untilTakenOver);

  for (const message of received) {
    const [event, ...more] = JSON.parse(String(message.body));
    expect(more).toEqual([]);
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
    expect(message.partitionKey).toBe('sensor-1');
    expect(message.properties).toMatchObject({ 'aeg-event-type': 'Notification', 'aeg-output-event-id': event.id });
  }
  expect(new Set(bodies(received).map(([event]) => event.id)).size).toBe(received.length);

  front.kill('SIGTERM');
  expect(await once(front, 'exit')).toEqual([0, null]);
  await hears(received, ...untilTakenOver, 'sensor-1/session-1 Disconnected 3 ServerInitiatedDisconnect');
});

it('loses no event when it is killed while Event Hubs is away, and counts on', { timeout: 40_000 }, async () => {
  const { startHub, startFront, connect, read, register } = await setUp();
  register({ 'sensor-1': {}, 'sensor-2': {} });
  const front = await startFront();
  const orderly = await connect('session-1', 'sensor-1');
  await orderly.endAsync();
  await connect('session-1', 'sensor-1');
  await kill(front);
  register({ 'sensor-1': {} });

  await startHub();
  await startFront();
  const received = read();
  await vi.waitFor(() => expect(received).toHaveLength(7), { timeout: 10_000 });
  await connect('session-1', 'sensor-1');
  await vi.waitFor(() => expect(received).toHaveLength(8), { timeout: 10_000 });
  const of = (client: string) =>
    bodies(received)
      .map(([event]) => event)
      .filter(({ data }) => data.clientAuthenticationName === client)
      .map(told);
  expect(of('sensor-1')).toEqual([
    'sensor-1 CreatedOrUpdated',
    'sensor-1/session-1 Connected 1',
    'sensor-1/session-1 Disconnected 1 ClientInitiatedDisconnect',
    'sensor-1/session-1 Connected 2',
    'sensor-1/session-1 Disconnected 2 ServerError',
    'sensor-1/session-1 Connected 3',
  ]);
  expect(of('sensor-2')).toEqual(['sensor-2 CreatedOrUpdated', 'sensor-2 Deleted']);
});
