import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LOOPBACK, type LocalStack, localStack } from '@rollcall/service';
import getPort from 'get-port';
import { type KafkaClusterParts, kafkaCluster } from './kafka-cluster.ts';
import { PART_NAMES, type PartName } from './part.ts';
import type { RunningPart } from './running-part.ts';
import { type AddedPart, Stack } from './stack.ts';
import { PORT_VARIABLES } from './taken-ports.ts';

export interface StartStackOptions {
  /** Default: all. Started in the stack's own order. */
  readonly parts?: readonly PartName[];
  /** The parts that are started again when they die. Default: none, so that a test may kill what it likes. */
  readonly restarts?: readonly PartName[];
  /** Settings for the services, such as OFFLINE_GRACE. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept by `stop`, and taken up again by a later start. Default: a new folder that `stop` deletes. */
  readonly dataDir?: string;
  /** More than one: Kafka is a cluster of so many brokers and a controller of its own. It is not taken up again by a later start. Default: 1. */
  readonly kafkaBrokers?: number;
}

/** A Kafka of several nodes, to be broken one by one. */
export interface KafkaCluster {
  readonly controller: RunningPart;
  readonly brokers: readonly RunningPart[];
  /** Cuts a broker off from the controller: it goes on as if nothing were, until others lead what it led. Clients still reach it. */
  cutOff(broker: RunningPart): void;
  mend(broker: RunningPart): void;
}

/** A running stack of one's own, beside any other on the machine. */
export interface StartedStack extends LocalStack {
  /** The variables by which the command line finds this stack. */
  readonly env: Readonly<Record<string, string>>;
  part(name: PartName): RunningPart;
  /** Undefined where Kafka is a single node, the part `kafka`. */
  readonly kafkaCluster: KafkaCluster | undefined;
  /** One more process of a part, not started yet: several projectors, or ingests. */
  add(name: PartName, added: AddedPart): RunningPart;
  /** Stops all parts in reverse order; leaves no process behind. */
  stop(): Promise<void>;
}

/** Starts a stack on free ports and waits until each part answers. Throws CannotRun or PartFailed, with nothing left behind. */
export async function startStack(options: StartStackOptions = {}): Promise<StartedStack> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(os.tmpdir(), 'rollcall-')));
  const env = { ...(await freePorts()), ROLLCALL_DATA_DIR: dataDir };
  const single = localStack(env);
  const inherited = { ...process.env, ...options.env };
  const brokers = options.kafkaBrokers ?? 1;
  const cluster = brokers > 1 ? await kafkaCluster(single, inherited, brokers) : undefined;
  const addresses = { ...single, ...(cluster && { kafkaBrokers: cluster.addresses }) };
  const stack = new Stack(addresses, {
    parts: options.parts ?? PART_NAMES,
    restarts: options.restarts ?? [],
    env: inherited,
    kafkaCluster: cluster,
  });
  const letGo = buryWithUs(dataDir, options.dataDir === undefined);
  const stop = async () => {
    await stack.stop();
    for (const link of cluster?.links ?? []) link.close();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    letGo();
  };
  try {
    await stack.start(new AbortController().signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...addresses,
    env,
    part: (name) => stack.part(name),
    kafkaCluster: cluster && runningCluster(stack, cluster),
    add: (name, added) => stack.add(name, added),
    stop,
  };
}

function runningCluster(stack: Stack, parts: KafkaClusterParts): KafkaCluster {
  const brokers = parts.brokers.map(({ name }) => stack.part(name));
  const link = (broker: RunningPart) => parts.links[brokers.indexOf(broker)];
  return {
    controller: stack.part(parts.controller.name),
    brokers,
    cutOff: (broker) => link(broker)?.cut(),
    mend: (broker) => link(broker)?.mend(),
  };
}

/** A free port for each variable that names one. */
export async function freePorts(): Promise<Record<string, string>> {
  const ports: Record<string, string> = {};
  for (const variable of Object.values(PORT_VARIABLES)) ports[variable] = String(await getPort({ host: LOOPBACK }));
  return ports;
}

/** A test runner may kill this process, and nothing here would run: a shell of its own then sees its input close, and ends the parts.
 *  Returns what lets it go. */
function buryWithUs(dataDir: string, deleteIt: boolean): () => void {
  const end = 'cat >/dev/null; for file in "$0"/*.pid; do [ -e "$file" ] && kill -9 "$(cat "$file")"; done';
  const shell = spawn('sh', ['-c', deleteIt ? `${end}; rm -rf "$0"` : end, dataDir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  return () => shell.stdin?.end();
}
