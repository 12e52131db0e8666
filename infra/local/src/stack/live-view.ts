import { setTimeout as sleep } from 'node:timers/promises';
import { showChange } from '@rollcall/cli/show';
import { LogUnavailable, Rollcall } from '@rollcall/client';
import type { LocalStack } from '@rollcall/service';
import type { Terminal } from './terminal.ts';

/** While Kafka is being started again, in milliseconds. */
const TRY_AGAIN = 1_000;

/** Shows the changes of the stack's sessions and clients as they happen, until `signal` aborts. */
export async function showChanges(stack: LocalStack, terminal: Terminal, signal: AbortSignal): Promise<void> {
  await using rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
  while (!signal.aborted) {
    try {
      for await (const change of rollcall.changes({ signal })) terminal.line(showChange(change));
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      await sleep(TRY_AGAIN, undefined, { signal }).catch(() => {});
    }
  }
}
