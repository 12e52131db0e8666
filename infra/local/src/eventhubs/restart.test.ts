import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import getPort from 'get-port';
import { afterAll, expect, it } from 'vitest';
import { connectionString, GROUP, HUB, IMPATIENT, receive } from './emulator.test-kit.ts';

const MAIN = path.join(import.meta.dirname, '../../dist/eventhubs/main.js');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eventhubs-'));
const running: ChildProcess[] = [];

afterAll(() => {
  for (const process of running) process.kill('SIGKILL');
  fs.rmSync(dir, { recursive: true });
});

async function start(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ROLLCALL_EVENTHUBS_PORT: String(port), EVENTHUBS_DIR: dir, EVENTHUBS_PARTITIONS: '2' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  for await (const line of createInterface(child.stdout)) if (line.includes('"listening"')) break;
  return child;
}

it('keeps accepted events and goes on numbering after kill -9 in the middle of a load', async () => {
  const port = await getPort();
  const emulator = await start(port);
  const exited = once(emulator, 'exit');
  const accepted: number[] = [];
  const producer = new EventHubProducerClient(connectionString(port), HUB, { retryOptions: { maxRetries: 0, timeoutInMs: 2_000 } });
  const load = (async () => {
    for (let body = 0; ; body++) {
      await producer.sendBatch([{ body }], { partitionId: '0' });
      accepted.push(body);
    }
  })();
  const interrupted = expect(load).rejects.toThrow();
  await expect.poll(() => accepted.length).toBeGreaterThan(200);
  emulator.kill('SIGKILL');
  await exited;
  await interrupted;
  await producer.close();

  await start(port);
  const again = new EventHubProducerClient(connectionString(port), HUB, IMPATIENT);
  const consumer = new EventHubConsumerClient(GROUP, connectionString(port), HUB, IMPATIENT);
  const { beginningSequenceNumber, lastEnqueuedSequenceNumber } = await again.getPartitionProperties('0');
  expect(beginningSequenceNumber).toBe(0);
  expect(lastEnqueuedSequenceNumber).toBeGreaterThanOrEqual(accepted.length - 1);
  await again.sendBatch([{ body: 'after' }], { partitionId: '0' });

  const events = await receive(consumer, { partitionId: '0', count: lastEnqueuedSequenceNumber + 2 });
  expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(events.map((_, index) => index));
  expect(events.slice(0, accepted.length).map(({ body }) => body)).toEqual(accepted);
  expect(events.at(-1)?.body).toBe('after');
  expect(events.at(-1)?.enqueuedTimeUtc.getTime()).toBeGreaterThanOrEqual(events[0]?.enqueuedTimeUtc.getTime() ?? Number.NaN);
  await again.close();
  await consumer.close();
}, 30_000);

it('is the event hub that it was after a restart, and another one once its data is deleted', async () => {
  const port = await getPort();
  const stop = async (emulator: ChildProcess) => {
    const exited = once(emulator, 'exit');
    emulator.kill();
    await exited;
  };
  const createdOn = async () => {
    const producer = new EventHubProducerClient(connectionString(port), HUB, IMPATIENT);
    const properties = await producer.getEventHubProperties();
    await producer.sendBatch([{ body: 'x' }], { partitionId: '1' });
    await producer.close();
    return properties.createdOn.getTime();
  };
  const first = await start(port);
  const created = await createdOn();
  expect(Math.abs(Date.now() - created)).toBeLessThan(60_000);
  await stop(first);

  const second = await start(port);
  expect(await createdOn()).toBe(created);
  await stop(second);

  fs.rmSync(path.join(dir, HUB), { recursive: true });
  await start(port);
  expect(await createdOn()).toBeGreaterThan(created);
  const consumer = new EventHubConsumerClient(GROUP, connectionString(port), HUB, IMPATIENT);
  expect(await receive(consumer, { partitionId: '1', count: 1 })).toMatchObject([{ sequenceNumber: 0, offset: '0' }]);
  await consumer.close();
}, 30_000);

it('names the setting that is wrong', async () => {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, EVENTHUBS_PARTITIONS: 'many' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [line] = await createInterface(child.stderr)
    [Symbol.asyncIterator]()
    .next()
    .then(({ value }) => [value]);
  expect(line).toBe('eventhubs: EVENTHUBS_PARTITIONS is wrong: expected a number from 1 to 100');
});

it('says what WebSockets need besides their port', async () => {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, EVENTHUBS_WEBSOCKETS_PORT: '5443', EVENTHUBS_TLS_KEY_FILE: 'key.pem' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  expect(await text(child.stdout)).toContain('EVENTHUBS_WEBSOCKETS_PORT needs EVENTHUBS_TLS_CERT_FILE and EVENTHUBS_TLS_KEY_FILE');
  expect(await exited).toEqual([2, null]);
});
