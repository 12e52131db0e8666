import { zstdDecompressSync } from 'node:zlib';
import type { Kafka } from 'kafkajs';
import { beforeEach, expect, it, vi } from 'vitest';
import { LogUnavailable } from './errors.ts';
import type { PackedRecords } from './record-set.ts';
import { LogWriter } from './writer.ts';

/** What the brokers were asked: which producer sent which values, and in what order requests began and ended. */
const asked: string[] = [];
let producers = 0;
let answer: (value: string) => Promise<void> = async () => {};

vi.mock('./kafka.ts', () => ({
  createKafka: () =>
    ({
      producer: () => {
        const name = `producer ${++producers}`;
        return {
          connect: async () => {},
          disconnect: async () => void asked.push(`${name} leaves`),
          sendBatch: async ({ topicMessages: [sent] }: { topicMessages: { messages: { packed: PackedRecords }[] }[] }) => {
            const packed = sent?.messages[0]?.packed.compressed ?? Buffer.alloc(0);
            const value = zstdDecompressSync(packed).toString().includes('value of a') ? 'a' : 'b';
            asked.push(`${name} sends ${value}`);
            await answer(value);
            asked.push(`${value} is acknowledged`);
          },
        };
      },
    }) as unknown as Kafka,
}));

beforeEach(() => {
  asked.length = 0;
  producers = 0;
  answer = async () => {};
});

const writer = () => new LogWriter({ brokers: [], prefix: 'rollcall', clientId: 'test', retries: 0, logger: { debug: () => {} } });
const record = (value: string) => ({ topic: 'rollcall.events', partition: 0, key: 'n/c', value: `value of ${value}` });

it('sends one request at a time: kafkajs gives the numbers of one that failed to the next', async () => {
  const log = writer();
  answer = () => new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([log.append([record('a')]), log.append([record('b')])]);
  expect(asked).toEqual(['producer 1 sends a', 'a is acknowledged', 'producer 1 sends b', 'b is acknowledged']);
});

it('goes on with a new producer after a failure: the broker may have taken the numbers of the old one', async () => {
  const log = writer();
  answer = async (value) => {
    if (value === 'a') throw new Error('no answer');
  };
  const outcomes = await Promise.allSettled([log.append([record('a')]), log.append([record('b')])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect((outcomes[0] as PromiseRejectedResult).reason).toBeInstanceOf(LogUnavailable);
  expect(asked).toEqual(['producer 1 sends a', 'producer 1 leaves', 'producer 2 sends b', 'b is acknowledged']);
});
