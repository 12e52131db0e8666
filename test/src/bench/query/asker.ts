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
  /** Per question. */
  readonly seconds: number;
}

export interface Asked extends Latencies {
  readonly name: string;
  readonly bar?: number | undefined;
}

/** Asks each question for a while: a program of its own, as a service that asks would be. */
async function ask({ redisUrl, kafkaBrokers, clients, questionsPerSecond, seconds }: AskerOptions): Promise<Asked[]> {
  const rollcall = new Rollcall({ redisUrl, kafka: { brokers: [kafkaBrokers] } });
  const redis = new RedisConnection(Number(new URL(redisUrl).port));
  const measured = questions(rollcall, redis, clients);
  const asked: Asked[] = [];
  for (const { name, bar, ask: question } of measured) {
    await warmUp(question);
    asked.push({ name, bar, ...(await askFor(seconds, questionsPerSecond, question)) });
  }
  redis.close();
  await rollcall.close();
  return asked;
}

/** Milliseconds of each question that do not count, right before those that do: new code is slow, and a service is not new for long. Code that
 *  questions share V8 gives up, and compiles again, where another's answers are not as it expected. */
const WARM_UP = 10_000;

async function warmUp(question: Question): Promise<void> {
  const end = performance.now() + WARM_UP;
  while (performance.now() < end) await question();
}

giveResult(await ask(programOptions<AskerOptions>()));
