import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type StartedStack, startStack } from '@rollcall/local';
import { ensureTopics, type LogOptions, TopicsDiffer } from '@rollcall/log';
import { afterEach, expect, it, vi } from 'vitest';

const SERVERS = ['kafka', 'redis', 'azurite'] as const;

let dataDir: string | undefined;
let stack: StartedStack | undefined;

afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  if (dataDir) await rm(dataDir, { recursive: true });
  dataDir = undefined;
});

/** What Redis answers to a command typed as a line. */
function redis({ ports }: StartedStack, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(ports.redis, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('data', (answer) => {
      resolve(answer.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

function kafka({ kafkaBrokers }: StartedStack): LogOptions {
  return { brokers: [kafkaBrokers], prefix: 'rollcall', clientId: 'test', retries: 3, logger: { debug: () => {} } };
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('keeps the data over a stop and a start, and leaves no process behind', async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-kept-'));
  stack = await startStack({ parts: SERVERS, dataDir });
  await redis(stack, 'SET greeting hello');
  await ensureTopics(kafka(stack), { partitions: 3, replicationFactor: 1 });
  const pids = SERVERS.map((name) => stack?.part(name).pid);

  await stack.stop();
  expect(pids.every((pid) => pid !== undefined && !lives(pid))).toBe(true);
  expect((await readdir(dataDir)).filter((name) => name.endsWith('.pid'))).toEqual([]);

  stack = await startStack({ parts: SERVERS, dataDir });
  expect(await redis(stack, 'GET greeting')).toBe('$5\r\nhello\r\n');
  await expect(ensureTopics(kafka(stack), { partitions: 4, replicationFactor: 1 })).rejects.toBeInstanceOf(TopicsDiffer);
});

it('runs two stacks side by side, and deletes what was only for a test', async () => {
  stack = await startStack({ parts: ['redis', 'azurite'] });
  const other = await startStack({ parts: ['redis', 'azurite'] });
  await redis(stack, 'SET owner first');
  expect(await redis(other, 'GET owner')).toBe('$-1\r\n');
  await other.stop();
  expect(existsSync(other.dataDir)).toBe(false);
  expect(await redis(stack, 'GET owner')).toBe('$5\r\nfirst\r\n');
});

it('starts Kafka again when it is killed, with its topics', async () => {
  stack = await startStack({ parts: ['kafka'], restarts: ['kafka'] });
  await ensureTopics(kafka(stack), { partitions: 3, replicationFactor: 1 });
  const part = stack.part('kafka');
  const killed = part.pid;
  await part.kill('SIGKILL');
  await vi.waitFor(() => expect(part.pid).toEqual(expect.any(Number)), { timeout: 30_000, interval: 50 });
  expect(part.pid).not.toBe(killed);
  const options = { ...kafka(stack), retries: 20 };
  await expect(ensureTopics(options, { partitions: 4, replicationFactor: 1 })).rejects.toBeInstanceOf(TopicsDiffer);
});

it('freezes a part and lets it go on', async () => {
  stack = await startStack({ parts: ['redis'] });
  stack.part('redis').pause();
  const answer = redis(stack, 'PING');
  const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, 'nothing'))]);
  expect(early).toBe('nothing');
  stack.part('redis').resume();
  expect(await answer).toBe('+PONG\r\n');
});
