import path from 'node:path';
import { LOOPBACK, type LocalStack } from '@rollcall/service';
import getPort from 'get-port';
import { BROKER_SETTINGS, groupSettings, kafkaNode, newClusterId, replicated } from './kafka.ts';
import { Link } from './link.ts';
import type { Part } from './part.ts';

const CONTROLLER_ID = 100;

/** Apache Kafka as it runs in production: a controller of its own and several brokers. What is written is on all of them (three at the most),
 *  and acknowledged when two have it. */
export interface KafkaClusterParts {
  readonly controller: Part;
  readonly brokers: readonly Part[];
  /** From each broker to the controller. */
  readonly links: readonly Link[];
  /** `host:port` of each broker, separated by commas. */
  readonly addresses: string;
}

/** Brokers listen on free ports; the first one on that of the stack. */
export async function kafkaCluster(stack: LocalStack, env: NodeJS.ProcessEnv, count: number): Promise<KafkaClusterParts> {
  const clusterId = newClusterId();
  const controllerPort = await getPort({ host: LOOPBACK });
  const ports = [stack.ports.kafka];
  while (ports.length < count) ports.push(await getPort({ host: LOOPBACK, exclude: ports }));
  const links = await Promise.all(ports.map(() => Link.to(controllerPort)));
  const shared = { ...BROKER_SETTINGS, ...replicated(Math.min(count, 3), 2), ...groupSettings(env) };
  const dir = (name: string) => path.join(stack.dataDir, name);
  const node = (name: string, port: number, settings: Record<string, string | number | boolean>) =>
    kafkaNode({ name, dir: dir(name), port, clusterId, env, settings: async () => ({ ...shared, ...settings }) });

  return {
    controller: node('kafka-controller', controllerPort, {
      'process.roles': 'controller',
      'node.id': CONTROLLER_ID,
      'controller.quorum.voters': `${CONTROLLER_ID}@${LOOPBACK}:${controllerPort}`,
      listeners: `CONTROLLER://${LOOPBACK}:${controllerPort}`,
      // A broker that is silent for so long loses its partitions.
      'broker.session.timeout.ms': 6_000,
      // What a broker led before it died, it leads again soon: leaders stay spread.
      'leader.imbalance.check.interval.seconds': 10,
    }),
    brokers: ports.map((port, at) =>
      node(`kafka-${at + 1}`, port, {
        'process.roles': 'broker',
        'node.id': at + 1,
        'controller.quorum.voters': `${CONTROLLER_ID}@${LOOPBACK}:${links[at]?.port}`,
        listeners: `PLAINTEXT://${LOOPBACK}:${port}`,
        'inter.broker.listener.name': 'PLAINTEXT',
      }),
    ),
    links,
    addresses: ports.map((port) => `${LOOPBACK}:${port}`).join(','),
  };
}
