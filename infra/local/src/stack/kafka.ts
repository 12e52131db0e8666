import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LOOPBACK, type LocalStack } from '@rollcall/service';
import getPort from 'get-port';
import { findJava } from './java.ts';
import { ensureJars } from './kafka-jars.ts';
import type { Part } from './part.ts';
import { ask } from './probe.ts';
import { run } from './run.ts';

/** Apache Kafka, one node that is broker and controller (KRaft). */
export function kafka(stack: LocalStack, env: NodeJS.ProcessEnv): Part {
  return kafkaNode({
    name: 'kafka',
    dir: path.join(stack.dataDir, 'kafka'),
    port: stack.ports.kafka,
    clusterId: newClusterId(),
    env,
    async settings() {
      const controllerPort = await getPort({ host: LOOPBACK });
      return {
        ...BROKER_SETTINGS,
        ...replicated(1, 1),
        ...groupSettings(env),
        'process.roles': 'broker,controller',
        'node.id': 1,
        'controller.quorum.voters': `1@${LOOPBACK}:${controllerPort}`,
        listeners: `PLAINTEXT://${LOOPBACK}:${stack.ports.kafka},CONTROLLER://${LOOPBACK}:${controllerPort}`,
        'inter.broker.listener.name': 'PLAINTEXT',
        // A killed node may register again only when its former session has expired: 5 s to come back instead of 13.
        'broker.session.timeout.ms': 3_000,
      };
    },
  });
}

export type NodeSettings = Readonly<Record<string, string | number | boolean>>;

export interface NodeOptions {
  readonly name: string;
  readonly dir: string;
  /** Where it answers. */
  readonly port: number;
  /** The same for all nodes of a cluster. */
  readonly clusterId: string;
  readonly env: NodeJS.ProcessEnv;
  /** Asked anew at each start. */
  readonly settings: () => Promise<NodeSettings>;
}

/** One process of Apache Kafka. */
export function kafkaNode({ name, dir, port, clusterId, env, settings }: NodeOptions): Part {
  const logDir = path.join(dir, 'log');
  const properties = path.join(dir, 'server.properties');
  let java: string;
  let jars: string;

  async function configure(): Promise<void> {
    await mkdir(dir, { recursive: true });
    const lines = Object.entries({ ...NODE_SETTINGS, 'log.dirs': logDir.replaceAll('\\', '\\\\'), ...(await settings()) });
    await writeFile(properties, lines.map(([setting, value]) => `${setting}=${value}\n`).join(''));
  }

  return {
    name,
    async prepare(progress, signal) {
      java = await findJava(env['JAVA_HOME'], signal);
      jars = await ensureJars(progress, signal);
      if (existsSync(path.join(logDir, 'meta.properties'))) return;
      await configure();
      const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', properties];
      await run(java, ['-XX:TieredStopAtLevel=1', '-cp', path.join(jars, '*'), ...format], { signal });
    },
    async command() {
      await configure();
      return { file: java, args: [...JVM, '-cp', path.join(jars, '*'), 'kafka.Kafka', properties] };
    },
    async answers() {
      const answer = await ask(port, API_VERSIONS);
      return answer?.readInt32BE(4) === CORRELATION;
    },
  };
}

export function newClusterId(): string {
  return randomBytes(16).toString('base64url');
}

const JVM = [
  '-Xmx512m',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

const CORRELATION = 7;

/** An ApiVersions v0 request: its length, key 18, version 0, correlation id, no client id. Every broker answers it, to anyone. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, CORRELATION, 0xff, 0xff]);

const NODE_SETTINGS: NodeSettings = {
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
};

export const BROKER_SETTINGS: NodeSettings = {
  'auto.create.topics.enable': false,
  // A dead letter holds up to 25 MB of original bytes.
  'message.max.bytes': 32 * 1024 * 1024,
  // Internal topics need few partitions.
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.num.partitions': 1,
  'broker.heartbeat.interval.ms': 500,
  // Allocated at once from the heap; the default is a quarter of it.
  'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
};

/** How many replicas topics have where nobody says otherwise, and how many of them must have a record before it is acknowledged. */
export function replicated(replicas: number, minInSync: number): NodeSettings {
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
  };
}

/** A group waits for nobody: one of whose members start together, each later one would take partitions from the first. */
export function groupSettings(env: NodeJS.ProcessEnv): NodeSettings {
  return { 'group.initial.rebalance.delay.ms': env['KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS'] ?? '0' };
}
