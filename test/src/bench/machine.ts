import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly kafka: string;
  readonly redis: string;
  /** Of the last minute, before the bench began. */
  readonly load: number;
  readonly date: string;
}

export function thisMachine(): Machine {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    node: process.versions.node,
    kafka: kafkaVersion(),
    redis: /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown',
    load: os.loadavg()[0] ?? Number.NaN,
    date: new Date().toISOString(),
  };
}

/** That of the local stack. */
function kafkaVersion(): string {
  const pom = readFileSync(path.join(import.meta.dirname, '../../../infra/local/kafka/pom.xml'), 'utf8');
  return /<kafka\.version>(.+)<\/kafka\.version>/.exec(pom)?.[1] ?? 'unknown';
}

export function shownMachine({ cpu, cores, node, kafka, redis, load, date }: Machine): string {
  return `${cpu}, ${cores} cores; Node ${node}, Kafka ${kafka}, Redis ${redis}; load ${load.toFixed(1)} before it began, ${date}`;
}
