import net from 'node:net';
import { LOOPBACK, type LocalStack } from '@rollcall/service';
import { CannotRun } from './part.ts';

type Ports = LocalStack['ports'];

export const PORT_VARIABLES: Record<keyof Ports, string> = {
  mqtt: 'ROLLCALL_MQTT_PORT',
  eventhubs: 'ROLLCALL_EVENTHUBS_PORT',
  kafka: 'ROLLCALL_KAFKA_PORT',
  redis: 'ROLLCALL_REDIS_PORT',
  azurite: 'ROLLCALL_AZURITE_PORT',
};

/** Throws CannotRun with a line for each port that cannot be had, before any part finds out for itself. */
export async function checkPorts(ports: Ports): Promise<void> {
  const held: net.Server[] = [];
  const problems: string[] = [];
  // All are held until the end, so that the same port given twice is found too.
  for (const [part, variable] of Object.entries(PORT_VARIABLES)) {
    const port = ports[part as keyof Ports];
    try {
      held.push(await listen(port));
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${(error as Error).message})`;
      problems.push(`Port ${port} ${why}: give ${part} another one with ${variable}.`);
    }
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  if (problems.length > 0) throw new CannotRun(problems.join('\n'));
}

function listen(port: number): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}
