import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import { connectAzure } from './azure.ts';

const EMULATOR = fileURLToPath(new URL('../../../infra/local/dist/eventhubs/main.js', import.meta.url));
export const HUB = 'lifecycle';
export const GROUP = '$Default';

export interface HubSettings {
  readonly partitions?: number;
  readonly retainedEvents?: number;
  /** Other settings of the emulator. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The Event Hubs emulator as a process of its own, and clients of Microsoft's SDK. */
export async function startHub({ partitions = 1, retainedEvents = 100_000, env: more = {} }: HubSettings = {}) {
  const port = await freePort();
  const address = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`;
  let dir = newFolder();
  let emulator: ChildProcess;
  const start = async (over: Readonly<Record<string, string>> = {}) => {
    const env = {
      ROLLCALL_EVENTHUBS_PORT: String(port),
      EVENTHUBS_PARTITIONS: String(partitions),
      EVENTHUBS_DIR: dir,
      EVENTHUBS_RETAINED_EVENTS: String(retainedEvents),
      ...more,
      ...over,
    };
    emulator = await started(spawn(process.execPath, [EMULATOR], { env, stdio: ['ignore', 'pipe', 'ignore'] }), '"msg":"listening"');
  };
  await start();
  const kill = () => killed(emulator);
  return {
    address,
    start,
    kill,
    pause: () => void emulator.kill('SIGSTOP'),
    resume: () => void emulator.kill('SIGCONT'),
    /** Another hub under the same name: nothing is left of the one before. */
    async recreate({ over = {} }: { readonly over?: Readonly<Record<string, string>> } = {}) {
      await kill();
      rmSync(dir, { recursive: true, force: true });
      dir = newFolder();
      await start(over);
    },
    /** Each with a producer of its own: one that lost its connection waits half a minute. */
    async send(...bodies: readonly string[]) {
      const producer = new EventHubProducerClient(address, HUB);
      for (let at = 0; at < bodies.length; at += 500) {
        await producer.sendBatch(bodies.slice(at, at + 500).map((body) => ({ body: Buffer.from(body) })));
      }
      await producer.close();
    },
    consumer: (group = GROUP) => new EventHubConsumerClient(group, address, HUB),
    async stop() {
      emulator.kill('SIGCONT');
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type Hub = Awaited<ReturnType<typeof startHub>>;

/** A client and a store as ingest has them. */
export function connect(
  hub: Pick<Hub, 'address'>,
  blobs: string,
  over: { readonly hub?: string; readonly group?: string; readonly container?: string } = {},
) {
  return connectAzure({
    EVENTHUBS_CONNECTION_STRING: hub.address,
    EVENTHUBS_NAMESPACE: undefined,
    EVENTHUBS_NAME: over.hub ?? HUB,
    EVENTHUBS_CONSUMER_GROUP: over.group ?? GROUP,
    EVENTHUBS_TRANSPORT: 'amqp',
    CHECKPOINT_BLOB_CONNECTION_STRING: blobs,
    CHECKPOINT_BLOB_URL: undefined,
    CHECKPOINT_CONTAINER: over.container ?? 'checkpoints',
  });
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'rollcall-hub-'));
}

/** Resolves when the process says `text`. Killed at the end of this process, if not before. */
export async function started(child: ChildProcessByStdio<null, Readable, null>, text: string): Promise<ChildProcess> {
  process.once('exit', () => child.kill('SIGKILL'));
  let log = '';
  while (!log.includes(text)) log += (await once(child.stdout, 'data'))[0];
  child.stdout.resume();
  return child;
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
