import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Checkpoint,
  type CheckpointStore,
  EventHubConsumerClient,
  EventHubProducerClient,
  type PartitionOwnership,
} from '@azure/event-hubs';

const EMULATOR = fileURLToPath(new URL('../../../infra/local/dist/eventhubs/main.js', import.meta.url));
const HUB = 'lifecycle';

/** The Event Hubs emulator as a process of its own, with one partition, and clients of Microsoft's SDK. */
export async function startHub(retainedEvents: number) {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-hub-'));
  const port = await freePort();
  const env = {
    ROLLCALL_EVENTHUBS_PORT: String(port),
    EVENTHUBS_PARTITIONS: '1',
    EVENTHUBS_DIR: dir,
    EVENTHUBS_RETAINED_EVENTS: String(retainedEvents),
  };
  const emulator = spawn(process.execPath, [EMULATOR], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = () => void emulator.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  while (!log.includes('"msg":"listening"')) log += (await once(emulator.stdout, 'data'))[0];
  const address = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`;
  const producer = new EventHubProducerClient(address, HUB);
  return {
    send: (...bodies: readonly string[]) => producer.sendBatch(bodies.map((body) => ({ body: Buffer.from(body) }))),
    consumer: (checkpoints: CheckpointStore) =>
      new EventHubConsumerClient('$Default', address, HUB, checkpoints, {
        loadBalancingOptions: { strategy: 'greedy', updateIntervalInMs: 200, partitionOwnershipExpirationIntervalInMs: 2_000 },
      }),
    async stop() {
      await producer.close();
      const exited = once(emulator, 'exit');
      kill();
      await exited;
      process.off('exit', kill);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The SDK's checkpoint store in memory. `written` has every checkpoint in order. */
export class MemoryCheckpoints implements CheckpointStore {
  readonly written: Checkpoint[] = [];
  readonly #owners = new Map<string, PartitionOwnership>();

  async listOwnership(): Promise<PartitionOwnership[]> {
    return [...this.#owners.values()];
  }

  async claimOwnership(claims: PartitionOwnership[]): Promise<PartitionOwnership[]> {
    const claimed = claims.map((claim) => ({ ...claim, lastModifiedTimeInMs: Date.now(), etag: String(Math.random()) }));
    for (const claim of claimed) this.#owners.set(claim.partitionId, claim);
    return claimed;
  }

  async updateCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.written.push(checkpoint);
  }

  async listCheckpoints(): Promise<Checkpoint[]> {
    return this.written.slice(-1);
  }
}
