import { Rollcall } from '@rollcall/client';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import { giveResult, programOptions } from '../child-program.ts';
import { askFor, type Latencies } from './latencies.ts';
import { type Question, questions } from './questions.ts';

export interface AskerOptions {
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  readonly clients: number;
  readonly questionsPerSecond: number;
  readonly rounds: number;
  /** Per question and round. */
  readonly seconds: number;
}

export interface Asked {
  readonly name: string;
  readonly bar?: number | undefined;
  readonly rounds: readonly Latencies[];
}

/** Asks each question for a while, round after round: a program of its own, as a service that asks would be. */
async function ask({ redisUrl, kafkaBrokers, clients, questionsPerSecond, rounds, seconds }: AskerOptions): Promise<Asked[]> {
  const rollcall = new Rollcall({ redisUrl, kafka: { brokers: [kafkaBrokers] } });
  const redis = new RedisConnection(Number(new URL(redisUrl).port));
  const asked = questions(rollcall, redis, clients).map((question) => ({ ...question, rounds: [] as Latencies[] }));
  for (const { ask: question } of asked) await warmUp(question);
  for (let round = 1; round <= rounds; round++) {
    for (const { ask: question, rounds: results } of asked) results.push(await askFor(seconds, questionsPerSecond, question));
    process.stderr.write(`round ${round} of ${rounds}\n`);
  }
  redis.close();
  await rollcall.close();
  return asked.map(({ name, bar, rounds: results }) => ({ name, bar, rounds: results }));
}

/** Milliseconds of each question that do not count, one right after the other: new code is slow, and a service is not new for long. */
const WARM_UP = 10_000;

async function warmUp(question: Question): Promise<void> {
  const end = performance.now() + WARM_UP;
  while (performance.now() < end) await question();
}

giveResult(await ask(programOptions<AskerOptions>()));
