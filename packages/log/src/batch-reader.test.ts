import { EventEmitter } from 'node:events';
import type { EachBatchPayload, Kafka } from 'kafkajs';
import { beforeEach, expect, it, vi } from 'vitest';
import { BatchReader } from './batch-reader.ts';

/** The client's consumer, as far as a reader drives it: what it was told, and what it hands over. */
const told: string[] = [];
let events = new EventEmitter();
let eachBatch: (payload: EachBatchPayload) => Promise<void>;

vi.mock('./kafka.ts', () => ({
  createKafka: () =>
    ({
      consumer: () => ({
        events: { CRASH: 'crash', GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end' },
        on: (name: string, listener: (event: unknown) => void) => events.on(name, listener),
        connect: async () => {},
        disconnect: async () => {},
        subscribe: async () => {},
        run: async (options: { eachBatch: typeof eachBatch }) => {
          eachBatch = options.eachBatch;
          join();
        },
        pause: () => told.push('pause'),
        seek: ({ partition, offset }: { partition: number; offset: string }) => told.push(`seek ${partition} to ${offset}`),
        resume: () => told.push('resume'),
      }),
    }) as unknown as Kafka,
}));

const join = () => events.emit('join', { payload: { memberAssignment: { topic: [0, 1] } } });

/** A batch of records, with what follows them without a record. */
async function fetched(partition: number, fetchedOffset: number, offsets: readonly number[], lastOffset = offsets.at(-1)): Promise<void> {
  const messages = offsets.map((offset) => ({ offset: `${offset}`, timestamp: '0', key: null, value: null }));
  const batch = { partition, messages, fetchedOffset: `${fetchedOffset}`, lastOffset: () => `${lastOffset}` };
  await eachBatch({ batch, heartbeat: async () => {} } as unknown as EachBatchPayload);
}

const control = (partition: number, firstOffset: number, lastOffset: number) =>
  events.emit('end', { payload: { partition, batchSize: 0, firstOffset: `${firstOffset}`, lastOffset: `${lastOffset}` } });

async function open() {
  const positions = new Map([
    [0, 10n],
    [1, 20n],
  ]);
  const log = { brokers: ['here:1'], prefix: 'rollcall', clientId: 'test', retries: 0, logger: { debug: () => {} } };
  const reader = new BatchReader(log, { topic: 'topic', positions, signal: new AbortController().signal });
  await reader.open();
  return { reader, positions, batches: reader.batches() };
}

beforeEach(() => {
  told.length = 0;
  events = new EventEmitter();
});

it('reads on from what it gave out when the client joins its group again, and forgets what it read ahead', async () => {
  const { positions, batches } = await open();
  expect(told).toEqual(['pause', 'seek 0 to 10', 'seek 1 to 20', 'resume']);
  await fetched(0, 10, [10, 11]);
  await fetched(0, 12, [12]);
  await batches.next();
  told.length = 0;
  join();
  await vi.waitFor(() => expect(told).toEqual(['pause', 'seek 0 to 12', 'seek 1 to 20', 'resume']));
  await fetched(0, 12, [12], 15);
  expect(await batches.next()).toMatchObject({ value: { records: [{ offset: 12n }], next: 16n } });
  expect([...positions]).toEqual([
    [0, 16n],
    [1, 20n],
  ]);
});

it.each([
  { what: 'further on, as after a fetch out of range', from: 30 },
  { what: 'further back', from: 5 },
])('ends at a batch that was fetched $what', async ({ from }) => {
  const { batches } = await open();
  await fetched(0, 10, [10]);
  await fetched(0, from, [from]);
  expect(await batches.next()).toMatchObject({ value: { next: 11n } });
  await expect(batches.next()).rejects.toThrow(`cannot read topic at here:1: partition 0 went on at ${from} instead of 11`);
});

it('takes records that were compacted away for no gap, and says where control records alone leave one', async () => {
  const { batches } = await open();
  await fetched(0, 10, [14]);
  expect(await batches.next()).toMatchObject({ value: { next: 15n } });
  control(0, 15, 15);
  expect((await batches.next()).value).toEqual({ partition: 0, records: [], next: 16n });
  control(0, 20, 20);
  expect((await batches.next()).value).toEqual({ partition: 0, records: [], next: 21n, gap: 16n });
});

it('fails as the client does', async () => {
  const { batches } = await open();
  events.emit('crash', { payload: { error: new Error('no brokers') } });
  await expect(batches.next()).rejects.toThrow('cannot read topic at here:1: no brokers');
});
