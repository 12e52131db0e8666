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
  const dir = path.join(stack.dataDir, 'kafka');
  const logDir = path.join(dir, 'log');
  const properties = path.join(dir, 'server.properties');
  let java: string;
  let jars: string;

  async function configure(): Promise<void> {
    await mkdir(dir, { recursive: true });
    const controllerPort = await getPort({ host: LOOPBACK });
    const rebalanceDelay = env['KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS'] ?? '0';
    await writeFile(properties, serverProperties({ port: stack.ports.kafka, controllerPort, logDir, rebalanceDelay }));
  }

  return {
    name: 'kafka',
    async prepare(progress, signal) {
      java = await findJava(env['JAVA_HOME'], signal);
      jars = await ensureJars(progress, signal);
      if (existsSync(path.join(logDir, 'meta.properties'))) return;
      await configure();
      const clusterId = randomBytes(16).toString('base64url');
      const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', properties];
      await run(java, ['-XX:TieredStopAtLevel=1', '-cp', path.join(jars, '*'), ...format], { signal });
    },
    async command() {
      await configure();
      return { file: java, args: [...JVM, '-cp', path.join(jars, '*'), 'kafka.Kafka', properties] };
    },
    async answers() {
      const answer = await ask(stack.ports.kafka, API_VERSIONS);
      return answer?.readInt32BE(4) === CORRELATION;
    },
  };
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

function serverProperties(node: { port: number; controllerPort: number; logDir: string; rebalanceDelay: string }): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${LOOPBACK}:${node.controllerPort}`,
    listeners: `PLAINTEXT://${LOOPBACK}:${node.port},CONTROLLER://${LOOPBACK}:${node.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': node.logDir.replaceAll('\\', '\\\\'),
    'auto.create.topics.enable': false,
    // A dead letter holds up to 25 MB of original bytes.
    'message.max.bytes': 32 * 1024 * 1024,
    // One node: internal topics cannot have more replicas, and need few partitions.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // A group waits for nobody: one of whose members start together, each later one would take partitions from the first.
    'group.initial.rebalance.delay.ms': node.rebalanceDelay,
    // A killed node may register again only when its former session has expired: 5 s to come back instead of 13.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // Allocated at once from the heap; the default is a quarter of it.
    'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
