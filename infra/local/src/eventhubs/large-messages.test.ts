import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import getPort from 'get-port';
import rhea from 'rhea';
import { expect, it, onTestFinished } from 'vitest';
import { connectionString, eventsOf, GROUP, HUB } from './emulator.test-kit.ts';

const MAIN = path.join(import.meta.dirname, '../../dist/eventhubs/main.js');
const MEGABYTE = Buffer.alloc(1_000_000, 'x');

async function start(port: number, partitions: number): Promise<ChildProcess> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eventhubs-'));
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ROLLCALL_EVENTHUBS_PORT: String(port), EVENTHUBS_DIR: dir, EVENTHUBS_PARTITIONS: String(partitions) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    fs.rmSync(dir, { recursive: true });
  });
  for await (const line of createInterface(child.stdout)) if (line.includes('"listening"')) break;
  return child;
}

/** In MB. */
function peakMemory({ pid }: ChildProcess): number {
  return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

it.skipIf(process.platform !== 'linux')(
  'keeps and serves 800 messages of a megabyte in 32 partitions with much less memory',
  async () => {
    const [port, partitions] = [await getPort(), 32];
    const emulator = await start(port, partitions);
    const producer = new EventHubProducerClient(connectionString(port), HUB);
    const consumer = new EventHubConsumerClient(GROUP, connectionString(port), HUB);
    const ids = Array.from({ length: partitions }, (_, partition) => String(partition));
    for (let round = 0; round < 25; round++) {
      await Promise.all(ids.map((partitionId) => producer.sendBatch([{ body: MEGABYTE }], { partitionId })));
    }
    const options = { skipParsingBodyAsJson: true, maxBatchSize: 20 };
    await Promise.all(
      ids.map(async (partitionId) => {
        let next = 0;
        for await (const { sequenceNumber, body } of eventsOf(consumer, { partitionId, options })) {
          expect([sequenceNumber, MEGABYTE.equals(body)]).toEqual([next, true]);
          if (++next === 25) break;
        }
      }),
    );
    expect(peakMemory(emulator)).toBeLessThan(600);
    await producer.close();
    await consumer.close();
  },
  120_000,
);

it('sends no megabyte more than a receiver asked for', async () => {
  const port = await getPort();
  await start(port, 1);
  const producer = new EventHubProducerClient(connectionString(port), HUB);
  for (let sent = 0; sent < 12; sent++) await producer.sendBatch([{ body: MEGABYTE }], { partitionId: '0' });
  await producer.close();
  const options = { host: '127.0.0.1', port, username: 'local', password: 'local', reconnect: false } as const;
  const connection = rhea.create_container().connect(options);
  onTestFinished(() => connection.close());
  const receiver = connection.open_receiver({ source: `${HUB}/ConsumerGroups/${GROUP}/Partitions/0`, credit_window: 0 });
  let received = 0;
  receiver.on('message', () => {
    received++;
  });
  for (const asked of [1, 2, 7, 12]) {
    receiver.add_credit(asked - received);
    await expect.poll(() => received, { interval: 1, timeout: 10_000 }).toBe(asked);
  }
});
