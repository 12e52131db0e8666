import { type StartedStack, startStack } from '@rollcall/local';
import { ensureTopics, type LogOptions, LogStream, LogWriter } from '@rollcall/log';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from './rollcall-under-test.ts';
import { text } from './topic-feed.ts';

let stack: StartedStack;
beforeAll(async () => {
  stack = await startStack({ parts: ['kafka'] });
});
afterAll(() => stack?.stop());

/** The Kafka client rides an outage out by itself if it may retry often, and joins its group anew; else it gives up, and another takes over. */
it.each([
  { how: 'alone, giving up at once', retries: 1 },
  { how: 'alone, with patience', retries: 30 },
  { how: 'in a group, giving up at once', retries: 1, group: 'impatient' },
  { how: 'in a group, with patience', retries: 30, group: 'patient' },
])('goes on where it was when Kafka was killed and started again: $how', { timeout: 120_000 }, async ({ how, retries, group }) => {
  const log: LogOptions = {
    brokers: [stack.kafkaBrokers],
    prefix: how.replaceAll(/\W+/g, '-'),
    clientId: 'outage',
    retries,
    logger: { debug: () => {} },
  };
  const { changes: topic } = await ensureTopics({ ...log, retries: 10 }, { partitions: 2, replicationFactor: 1 });
  const writer = new LogWriter({ ...log, retries: 30 });
  const write = async (numbers: readonly number[]) =>
    writer.append(numbers.map((n) => ({ topic, partition: n % 2, key: null, value: `${n}` })));

  const stop = new AbortController();
  const failures: string[] = [];
  const seen: number[] = [];
  const offsets: bigint[][] = [[], []];
  let slowly: Promise<void> = Promise.resolve();
  const stream = new LogStream(log, { topic, from: 'earliest', group, signal: stop.signal, onRetry: ({ name }) => failures.push(name) });
  const reading = (async () => {
    for await (const record of stream) {
      if (record !== undefined) {
        offsets[record.partition]?.push(record.offset);
        // After a doubt, the writer may have written it twice.
        if (!seen.includes(Number(text(record.value)))) seen.push(Number(text(record.value)));
      }
      await slowly;
    }
  })();

  const numbers = Array.from({ length: 400 }, (_, n) => n);
  await write(numbers.slice(0, 100));
  await eventually(() => expect(seen).toHaveLength(100));
  let goOn = () => {};
  slowly = new Promise((resolve) => {
    goOn = resolve;
  });
  // Some of these are in hand, some read ahead, some not read when it dies.
  await write(numbers.slice(100, 200));
  await eventually(() => expect(seen.length).toBeGreaterThan(100));
  await stack.part('kafka').kill('SIGKILL');
  slowly = Promise.resolve();
  goOn();
  await stack.part('kafka').start();
  await write(numbers.slice(200, 300));
  await eventually(() => expect(seen).toHaveLength(300), 60_000);

  await stack.part('kafka').kill('SIGKILL');
  await stack.part('kafka').start();
  await write(numbers.slice(300));
  await eventually(() => expect(seen).toHaveLength(400), 60_000);
  const inOrder = (rest: number) => numbers.filter((n) => n % 2 === rest);
  expect([0, 1].map((rest) => seen.filter((n) => n % 2 === rest))).toEqual([inOrder(0), inOrder(1)]);
  // Each record comes once.
  for (const of of offsets) expect(of).toEqual([...new Set(of)].sort((a, b) => Number(a - b)));
  if (retries === 1) expect(failures).toContain('LogUnavailable');
  stop.abort();
  await reading;
  await writer.close();
});
