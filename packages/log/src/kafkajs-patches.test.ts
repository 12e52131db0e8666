import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMPRESSION } from './compression.ts';

// Each change in patches/kafkajs+2.2.4.patch has a test that fails without it.
const kafkajs = createRequire(import.meta.url);
const RequestQueue = kafkajs('kafkajs/src/network/requestQueue');
const groupMessagesPerPartition = kafkajs('kafkajs/src/producer/groupMessagesPerPartition');
const encodeRecord = kafkajs('kafkajs/src/protocol/recordBatch/record/v0');
const Encoder = kafkajs('kafkajs/src/protocol/encoder');
const Decoder = kafkajs('kafkajs/src/protocol/decoder');
const createEosManager = kafkajs('kafkajs/src/producer/eosManager');
const { RecordBatch } = kafkajs('kafkajs/src/protocol/recordBatch/v0');

describe('the request queue of a connection', () => {
  const sent: number[] = [];
  beforeEach(() => {
    sent.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  function connection(options: Record<string, unknown> = {}) {
    const queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 30_000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'broker:9092',
      logger: { debug() {}, warn() {} },
      ...options,
    });
    const request = (correlationId: number) =>
      queue.push({
        entry: { correlationId, resolve() {}, reject() {} },
        expectResponse: true,
        sendRequest: () => sent.push(correlationId),
      });
    const respond = (correlationId: number) => queue.fulfillRequest({ correlationId, payload: null, size: 0 });
    return { queue, request, respond };
  }

  it('sets no timer while it is idle', () => {
    const { request, respond } = connection();
    request(1);
    respond(1);
    expect(sent).toEqual([1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('still sends what is pending as soon as the one before it is answered', () => {
    const { request, respond } = connection();
    request(1);
    request(2);
    expect(sent).toEqual([1]);
    respond(1);
    expect(sent).toEqual([1, 2]);
  });

  it('still wakes up by itself when the broker’s throttling is over', () => {
    const { queue, request } = connection();
    queue.maybeThrottle(500);
    request(1);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(sent).toEqual([1]);
  });

  it('looks for requests that took too long once a second, not ten times: a projector has a connection for each partition', () => {
    let looks = 0;
    const { queue } = connection({ enforceRequestTimeout: true, isConnected: () => ++looks > 0 });
    queue.scheduleRequestTimeoutCheck();
    vi.advanceTimersByTime(10_000);
    queue.destroy();
    expect(looks).toBe(10);
  });
});

describe('grouping messages by partition', () => {
  const group = (messages: readonly { partition: number }[]) =>
    groupMessagesPerPartition({
      topic: 't',
      partitionMetadata: [{}],
      messages,
      partitioner: ({ message }: { message: { partition: number } }) => message.partition,
    });

  it('looks at each message once, however many there are of one partition', () => {
    const messages = Array.from({ length: 1_000 }, (_, at) => ({ partition: 0, at }));
    const plain = Array.prototype[Symbol.iterator];
    let looks = 0;
    Array.prototype[Symbol.iterator] = function* <T>(this: T[]) {
      for (let at = 0; at < this.length; at++) {
        looks++;
        yield this[at] as T;
      }
    } as typeof plain;
    let grouped: unknown;
    try {
      grouped = group(messages);
    } finally {
      Array.prototype[Symbol.iterator] = plain;
    }
    expect(grouped).toEqual({ 0: messages });
    expect(looks).toBeLessThanOrEqual(messages.length);
  });

  it('keeps the order within each partition', () => {
    const messages = [1, 0, 1, 2, 0].map((partition, at) => ({ partition, at }));
    expect(group(messages)).toEqual({
      0: [messages[1], messages[4]],
      1: [messages[0], messages[2]],
      2: [messages[3]],
    });
  });
});

describe('encoding what is sent', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('takes memory once for all records of a batch, and does not clear what it overwrites', async () => {
    const records = Array.from({ length: 100 }, (_, at) => encodeRecord({ offsetDelta: at, key: 'key', value: 'v'.repeat(2_000) }));
    const allocUnsafe = vi.spyOn(Buffer, 'allocUnsafe');
    const alloc = vi.spyOn(Buffer, 'alloc');
    await RecordBatch({ compression: COMPRESSION, records });
    expect(allocUnsafe.mock.calls.filter(([size]) => size > 100_000)).toHaveLength(1);
    expect(allocUnsafe.mock.calls.length).toBeLessThan(20);
    expect(alloc).not.toHaveBeenCalled();
  });

  it('gives a record the length that it has', () => {
    for (const length of [0, 1, 63, 64, 8_191, 8_192, 100_000]) {
      for (const offsetDelta of [0, 63, 64, 100_000]) {
        const record = encodeRecord({ offsetDelta, timestampDelta: length, key: 'é', value: '😀'.repeat(length), headers: { a: 'b' } });
        const encoder = new Encoder(1);
        record.writeTo(encoder);
        expect(record.size()).toBe(encoder.size());
      }
    }
  });

  it('writes integers of any size as any reader decodes them', () => {
    for (const number of [0, 1, -1, 63, -64, 64, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31)]) {
      expect(new Decoder(new Encoder(1).writeVarInt(number).buffer).readVarInt()).toBe(number);
      expect(new Decoder(new Encoder(1).writeVarLong(number).buffer).readVarLong().toString()).toBe(String(number));
    }
    for (const number of [2 ** 31, -(2 ** 31) - 1, 2 ** 52]) {
      expect(new Decoder(new Encoder(1).writeVarLong(number).buffer).readVarLong().toString()).toBe(String(number));
    }
  });
});

describe('the coordinators of a transactional producer', () => {
  const answer = async () => ({ producerId: '1', producerEpoch: 0 });
  const broker = {
    nodeId: 7,
    initProducerId: vi.fn(answer),
    addPartitionsToTxn: vi.fn(answer),
    addOffsetsToTxn: vi.fn(answer),
    txnOffsetCommit: vi.fn(answer),
    endTxn: vi.fn(answer),
  };
  const cluster = {
    retry: { initialRetryTime: 1, retries: 3 },
    refreshMetadataIfNecessary: async () => {},
    findGroupCoordinator: vi.fn(async () => broker),
    findBroker: vi.fn(async () => broker),
  };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const producer = () => createEosManager({ logger, cluster, transactional: true, transactionalId: 'id' });
  afterEach(() => void vi.clearAllMocks());

  async function transact(eosManager: ReturnType<typeof producer>) {
    eosManager.beginTransaction();
    await eosManager.addPartitionsToTransaction([{ topic: 't', partitions: [{ partition: 0 }] }]);
    await eosManager.sendOffsets({ consumerGroupId: 'group', topics: [] });
    await eosManager.commit();
  }

  it('are asked for once, not by each request of each transaction', async () => {
    const eosManager = producer();
    await eosManager.initProducerId();
    for (let time = 1; time <= 3; time++) await transact(eosManager);
    expect(broker.endTxn).toHaveBeenCalledTimes(3);
    expect(cluster.findGroupCoordinator).toHaveBeenCalledTimes(2);
    expect(cluster.findBroker).toHaveBeenCalledWith({ nodeId: 7 });
  });

  it('are asked for again where they have moved', async () => {
    const moved = (type: string) => Object.assign(new Error(type), { type, retriable: true });
    const eosManager = producer();
    broker.initProducerId.mockRejectedValueOnce(moved('NOT_COORDINATOR_FOR_GROUP'));
    await eosManager.initProducerId();
    expect(cluster.findGroupCoordinator).toHaveBeenCalledTimes(2);
    await transact(eosManager);
    broker.txnOffsetCommit.mockRejectedValueOnce(moved('NOT_COORDINATOR'));
    cluster.findGroupCoordinator.mockClear();
    await transact(eosManager);
    expect(cluster.findGroupCoordinator).toHaveBeenCalled();
  });
});
