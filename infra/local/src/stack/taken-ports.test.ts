import { once } from 'node:events';
import net from 'node:net';
import { LOOPBACK } from '@rollcall/service';
import getPort from 'get-port';
import { expect, it } from 'vitest';
import { checkPorts } from './taken-ports.ts';

const free = () => getPort({ host: LOOPBACK });

async function freePorts() {
  return { mqtt: await free(), eventhubs: await free(), kafka: await free(), redis: await free(), azurite: await free() };
}

it('says nothing about free ports, and leaves them free', async () => {
  const ports = await freePorts();
  await checkPorts(ports);
  await checkPorts(ports);
});

it.each([LOOPBACK, '0.0.0.0'])('names a port that is taken on %s, and the variable that moves it', async (host) => {
  const ports = await freePorts();
  const other = net.createServer().listen(ports.redis, host);
  await once(other, 'listening');
  try {
    await expect(checkPorts(ports)).rejects.toThrow(`Port ${ports.redis} is taken: give redis another one with ROLLCALL_REDIS_PORT.`);
  } finally {
    other.close();
  }
});

it('notices one port given to two parts', async () => {
  const ports = await freePorts();
  await expect(checkPorts({ ...ports, azurite: ports.kafka })).rejects.toThrow(
    `Port ${ports.kafka} is taken: give azurite another one with ROLLCALL_AZURITE_PORT.`,
  );
});
