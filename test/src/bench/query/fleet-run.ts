import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import { runProgram } from '../child-program.ts';
import { LogOfEvents } from '../log-of-events.ts';
import { withoutAppendOnlyFile } from '../redis-settings.ts';
import type { Asked, AskerOptions } from './asker.ts';
import { type Spread, spreadOf } from './latencies.ts';
import { load } from './load.ts';

/** Seconds of traffic before anything is measured: a broker that has just started compiles itself. What was late by then is caught up with. */
const WARM_UP = 60;

export interface RunOptions {
  readonly clients: number;
  readonly partitions: number;
  /** Written by the projector meanwhile. */
  readonly eventsPerSecond: number;
  readonly questionsPerSecond: number;
  readonly rounds: number;
  /** Per question and round. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

export interface Figure {
  readonly name: string;
  readonly bar?: number | undefined;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly asked: number;
}

export interface RunResult {
  readonly clients: number;
  readonly bytesPerClient: number;
  /** What the projector really applied to Redis meanwhile. */
  readonly eventsPerSecond: number;
  readonly figures: readonly Figure[];
}

/** Node counts all cores of the machine: its collector's threads would wait for each other on the one core that the asker has. */
const ONE_CORE = ['--single-threaded-gc'];

/** Kafka, Redis and a projector that goes on from a fleet that was loaded; events for it from one process, questions from another. */
export async function runFleet(options: RunOptions): Promise<RunResult> {
  const { clients, partitions, say } = options;
  const stack = await startStack({ parts: ['kafka', 'redis'] });
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    const began = performance.now();
    const bytesPerClient = await load(stack.redisUrl, clients, partitions, say);
    say(`${clients.toLocaleString('en')} clients loaded in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    const projector = stack.add('projector', { as: 'bench-projector', env: { PARTITIONS: String(partitions) } });
    await projector.start();
    if (/"msg":"restoring"/.test(projector.log())) throw new Error('the projector did not go on from what was loaded');
    return { clients, bytesPerClient, ...(await askUnderLoad(stack, projector, options)) };
  } finally {
    await stack.stop();
  }
}

async function askUnderLoad(
  stack: StartedStack,
  projector: RunningPart,
  { clients, partitions, eventsPerSecond, questionsPerSecond, rounds, seconds }: RunOptions,
) {
  const program = fileURLToPath(new URL('traffic.js', import.meta.url));
  const args = [program, stack.kafkaBrokers, clients, partitions, eventsPerSecond].map(String);
  const traffic = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const redis = new RedisConnection(stack.ports.redis);
  const log = new LogOfEvents(stack.kafkaBrokers, partitions);
  try {
    while ((await applied(redis, partitions)) < WARM_UP * eventsPerSecond) await sleep(200);
    while ((await log.count()) - (await applied(redis, partitions)) > eventsPerSecond) await sleep(200);
    // The asker is started from here, and stays where this process is.
    apart([stack.part('kafka').pid, projector.pid, traffic.pid], [stack.part('redis').pid, process.pid]);
    const [before, began] = [await applied(redis, partitions), performance.now()];
    const { redisUrl, kafkaBrokers } = stack;
    const asker: AskerOptions = { redisUrl, kafkaBrokers, clients, questionsPerSecond, rounds, seconds };
    const asked = await runProgram<AskerOptions, Asked[]>('query/asker', asker, ONE_CORE);
    const rate = ((await applied(redis, partitions)) - before) / ((performance.now() - began) / 1_000);
    const figures = asked.map(({ name, bar, rounds: results }) => ({
      name,
      bar,
      p50: spreadOf(results.map(({ p50 }) => p50)),
      p99: spreadOf(results.map(({ p99 }) => p99)),
      asked: results.reduce((sum, { asked: count }) => sum + count, 0),
    }));
    return { eventsPerSecond: rate, figures };
  } finally {
    redis.close();
    await log.close();
    traffic.stdin?.end();
    if (traffic.exitCode === null) await once(traffic, 'exit');
  }
}

/** Redis and whoever asks have a core that the load does not take: in production they do not share theirs with brokers. */
function apart(load: readonly (number | undefined)[], measured: readonly (number | undefined)[]): void {
  const last = os.cpus().length - 1;
  const pin = (cores: string, pid: number | undefined) => execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)]);
  for (const pid of load) pin(`0-${last - 1}`, pid);
  for (const pid of measured) pin(String(last), pid);
}

/** Events that the projector has applied so far. */
async function applied(redis: RedisConnection, partitions: number): Promise<number> {
  let sum = 0;
  for (let partition = 0; partition < partitions; partition++)
    sum += Number(await redis.ask('HGET', `rollcall:{1:${partition}}:meta`, 'watermark'));
  return sum;
}
