import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import { ensureTopics, type LogOptions, LogStream, LogWriter } from '@rollcall/log';
import { leaderOf } from '@rollcall/log/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from './rollcall-under-test.ts';
import { text } from './topic-feed.ts';

let stack: StartedStack;
let brokers: readonly RunningPart[];
let log: LogOptions;
beforeAll(async () => {
  stack = await startStack({ parts: ['kafka'], kafkaBrokers: 3 });
  brokers = stack.kafkaCluster?.brokers ?? [];
  log = { brokers: stack.kafkaBrokers.split(','), prefix: 'cluster', clientId: 'cluster', retries: 30, logger: { debug: () => {} } };
  // Until all brokers have registered, three replicas are too many.
  await eventually(() => ensureTopics(log, { partitions: 6, replicationFactor: 3 }), 60_000);
});
afterAll(() => stack?.stop());

const PARTITIONS = [0, 1, 2, 3, 4, 5];
const TOPIC = 'cluster.changes';

it('spreads the leaders', async () => {
  expect(new Set(await Promise.all(PARTITIONS.map((partition) => leaderOf(log, TOPIC, partition))))).toEqual(new Set([1, 2, 3]));
});

it('loses nothing that was acknowledged, whichever broker is killed, frozen or cut off', { timeout: 120_000 }, async () => {
  const writer = new LogWriter(log);
  const stop = new AbortController();
  const seen = new Set<string>();
  const stream = new LogStream(log, { topic: TOPIC, from: 'earliest', group: undefined, signal: stop.signal, onRetry: () => {} });
  await stream.ready();
  const reading = (async () => {
    for await (const record of stream) if (record !== undefined) seen.add(text(record.value) ?? '');
  })();
  const acknowledged: string[] = [];
  let isBroken = true;
  const writing = (async () => {
    for (let n = 0; isBroken || n < 300; n++) {
      const values = PARTITIONS.map((partition) => `${n}/${partition}`);
      await writer.append(values.map((value, partition) => ({ topic: TOPIC, partition, key: null, value })));
      acknowledged.push(...values);
      await sleep(10);
    }
  })();
  const [first, second, third] = brokers;
  await first?.kill();
  await first?.start();
  second?.pause();
  await sleep(8_000);
  second?.resume();
  if (third !== undefined) stack.kafkaCluster?.cutOff(third);
  await sleep(8_000);
  if (third !== undefined) stack.kafkaCluster?.mend(third);
  isBroken = false;
  await writing;
  await writer.close();
  await eventually(() => expect(acknowledged.filter((value) => !seen.has(value))).toEqual([]), 60_000);
  stop.abort();
  await reading;
});

it('warns at the start of topics that can lose what they have acknowledged with one broker', async () => {
  const single = { TOPIC_PREFIX: 'single', REPLICATION_FACTOR: '1', PARTITIONS: '1' };
  const projector = stack.add('projector', {
    as: 'projector-of-single',
    env: { ...single, CONSUMER_GROUP: 'single', REDIS_URL: 'redis://127.0.0.1:1' },
  });
  projector.start().catch(() => {});
  await eventually(() => expect(projector.log().split('this topic can lose acknowledged records')).toHaveLength(5), 30_000);
  expect(projector.log()).toContain('"topic":"single.events","replicas":1,"minInsyncReplicas":2');
  await projector.kill();
  const replicated = stack.add('projector', {
    as: 'projector-of-cluster',
    env: { ...single, TOPIC_PREFIX: 'cluster', PARTITIONS: '6', REDIS_URL: 'redis://127.0.0.1:1' },
  });
  replicated.start().catch(() => {});
  await eventually(() => expect(replicated.log()).toContain('connect to Redis'), 30_000);
  expect(replicated.log()).not.toContain('this topic can lose acknowledged records');
  await replicated.kill();
});
