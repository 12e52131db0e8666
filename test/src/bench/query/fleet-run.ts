import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Rollcall } from '@rollcall/client';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import { withoutAppendOnlyFile } from '../redis-settings.ts';
import { askFor, type Spread, spreadOf } from './latencies.ts';
import { load } from './load.ts';
import { questions } from './questions.ts';

/** As in production, unless told otherwise. */
const PARTITIONS = 16;
/** Seconds of traffic before anything is measured: a broker that has just started compiles itself. */
const WARM_UP = 30;

export interface RunOptions {
  readonly clients: number;
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

/** Kafka, Redis and a projector that goes on from a fleet that was loaded; events for it from one process, questions from this one. */
export async function runFleet(options: RunOptions): Promise<RunResult> {
  const { clients, say } = options;
  const stack = await startStack({ parts: ['kafka', 'redis'] });
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    const began = performance.now();
    const bytesPerClient = await load(stack.redisUrl, clients, PARTITIONS, say);
    say(`${clients.toLocaleString('en')} clients loaded in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    const projector = stack.add('projector', { as: 'bench-projector', env: { PARTITIONS: String(PARTITIONS) } });
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
  { clients, eventsPerSecond, questionsPerSecond, rounds, seconds, say }: RunOptions,
) {
  const program = fileURLToPath(new URL('traffic.js', import.meta.url));
  const args = [program, stack.kafkaBrokers, clients, PARTITIONS, eventsPerSecond].map(String);
  const traffic = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
  const redis = new RedisConnection(stack.ports.redis);
  try {
    const asked = questions(rollcall, redis, clients).map((question) => ({
      ...question,
      rounds: [] as Awaited<ReturnType<typeof askFor>>[],
    }));
    while ((await applied(redis)) < WARM_UP * eventsPerSecond) await sleep(200);
    apart([stack.part('kafka').pid, projector.pid, traffic.pid], [stack.part('redis').pid, process.pid]);
    for (const { ask } of asked) await askFor(1, questionsPerSecond, ask);
    const [before, began] = [await applied(redis), performance.now()];
    for (let round = 1; round <= rounds; round++) {
      for (const { ask, rounds: results } of asked) results.push(await askFor(seconds, questionsPerSecond, ask));
      say(`round ${round} of ${rounds}`);
    }
    const rate = ((await applied(redis)) - before) / ((performance.now() - began) / 1_000);
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
    await rollcall.close();
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
async function applied(redis: RedisConnection): Promise<number> {
  let sum = 0;
  for (let partition = 0; partition < PARTITIONS; partition++)
    sum += Number(await redis.ask('HGET', `rollcall:{1:${partition}}:meta`, 'watermark'));
  return sum;
}
