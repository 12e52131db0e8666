import { setTimeout as sleep } from 'node:timers/promises';
import { showChange, showDeadLetter } from '@rollcall/cli/show';
import { LogUnavailable, Rollcall } from '@rollcall/client';
import type { LocalStack } from '@rollcall/service';
import type { Terminal } from './terminal.ts';

/** While Kafka is being started again, in milliseconds. */
const TRY_AGAIN = 1_000;

/** Shows the changes of the stack's sessions and clients, and what could not be read, as it happens, until `signal` aborts. */
export async function showChanges(stack: LocalStack, terminal: Terminal, signal: AbortSignal): Promise<void> {
  await using rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
  await Promise.all([
    follow(
      () => rollcall.changes({ signal }),
      (change) => terminal.line(showChange(change)),
      signal,
    ),
    follow(
      () => rollcall.deadLetters.follow({ signal }),
      (letter) => terminal.line(showDeadLetter(letter)),
      signal,
    ),
  ]);
}

async function follow<T>(feed: () => AsyncIterable<T>, show: (record: T) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const record of feed()) show(record);
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      await sleep(TRY_AGAIN, undefined, { signal }).catch(() => {});
    }
  }
}
