import { randomUUID } from 'node:crypto';
import { LogUnavailable } from './errors.ts';
import { createKafka } from './kafka.ts';
import type { LogOptions } from './options.ts';
import { type LogRecord, toLogRecord } from './record.ts';

/** Records read ahead of the consumer of the iterable, at the most. */
const READ_AHEAD = 10_000;

/** Follows a topic, committed records only, until `signal` aborts. No offset is ever committed. Throws LogUnavailable. */
export async function* tail(log: LogOptions, topic: string, from: 'latest' | 'earliest', signal: AbortSignal): AsyncIterable<LogRecord> {
  const consumer = createKafka(log).consumer({
    groupId: `${log.clientId}-${randomUUID()}`,
    readUncommitted: false,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    retry: { retries: log.retries },
  });
  const waiting: LogRecord[] = [];
  let failure: unknown;
  let wake = () => {};
  const stop = () => wake();
  signal.addEventListener('abort', stop);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    failure = payload.error;
    wake();
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: from === 'earliest' });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        waiting.push(...batch.messages.map((message) => toLogRecord(batch.partition, message)));
        wake();
        while (waiting.length > READ_AHEAD && !signal.aborted) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          await heartbeat();
        }
      },
    });
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } catch (error) {
    throw new LogUnavailable(`read ${topic} at ${log.brokers.join(', ')}`, true, error);
  } finally {
    signal.removeEventListener('abort', stop);
    await consumer.disconnect().catch(() => {});
  }
}
