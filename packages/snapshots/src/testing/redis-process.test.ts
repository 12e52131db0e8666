import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { hasRedisServer } from '../redis-server.test-kit.ts';
import { freePort, HOST, RedisProcess } from './redis-process.ts';

it.skipIf(!hasRedisServer())('a Redis of a test takes another port where the one that was free is taken meanwhile', async () => {
  const other = createServer().listen(0, HOST);
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port: taken } = other.address() as AddressInfo;
  const ports = [taken, await freePort()];
  const server = await RedisProcess.startOn(async () => ports.shift() ?? (await freePort()), []);
  onTestFinished(() => server.stop());
  expect(server.port).not.toBe(taken);
  expect(await server.redis.ping()).toBe('PONG');
});
