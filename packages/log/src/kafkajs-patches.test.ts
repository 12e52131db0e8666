import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMPRESSION } from './compression.ts';

// Each change in patches/kafkajs+2.2.4.patch has a test that fails without it.
const kafkajs = createRequire(import.meta.url);
const RequestQueue = kafkajs('kafkajs/src/network/requestQueue');
const encodeRecord = kafkajs('kafkajs/src/protocol/recordBatch/record/v0');
const decodeRecord = kafkajs('kafkajs/src/protocol/recordBatch/record/v0/decoder');
const Decoder = kafkajs('kafkajs/src/protocol/decoder');
const Encoder = kafkajs('kafkajs/src/protocol/encoder');
const Batch = kafkajs('kafkajs/src/consumer/batch');
const ConsumerGroup = kafkajs('kafkajs/src/consumer/consumerGroup');
const produceRequest = kafkajs('kafkajs/src/protocol/requests/produce/v3/request');

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

describe('records that are packed', () => {
  const packed = { length: 3, compressed: Buffer.from('three records') };

  it('are sent as they are, one message in place of all', async () => {
    const encode = async (messages: readonly object[]): Promise<Buffer> => {
      const topicData = [{ topic: 't', partitions: [{ partition: 0, messages, firstSequence: 7 }] }];
      return (await produceRequest({ acks: -1, timeout: 1, compression: COMPRESSION, topicData }).encode()).buffer;
    };
    const bytes = await encode([{ partition: 0, value: packed, packed }]);
    expect(bytes.subarray(-packed.compressed.length)).toEqual(packed.compressed);
    // lastOffsetDelta, and how many records there are
    expect(bytes.readInt32BE(bytes.length - packed.compressed.length - 4)).toBe(3);
    expect(bytes.readInt32BE(bytes.length - packed.compressed.length - 38)).toBe(2);
  });

  it('are refused, not taken for a record without a value, where the patch is missing', () => {
    expect(() => encodeRecord({ key: null, value: packed })).toThrow(TypeError);
  });
});

describe('an encoder', () => {
  const large = Buffer.alloc(10_000, 'large');
  const inner = () => new Encoder().writeInt16(2).writeBytes(large).writeInt8(3);
  const outer = () => new Encoder().writeInt8(1).writeArray([inner(), inner()]).writeEncoder(inner()).writeInt8(4);

  it('does not copy a large buffer into each encoder that holds the one before', () => {
    const copy = vi.spyOn(Buffer.prototype, 'copy');
    const encoder = outer();
    const copied = copy.mock.contexts.map((buffer) => (buffer as Buffer).length);
    copy.mockRestore();
    expect(Math.max(...copied)).toBeLessThan(large.length);
    expect(encoder.size()).toBe(1 + 4 + 3 * inner().size() + 1);
  });

  it('gives the same bytes as if it had, each time it is asked, and goes on', () => {
    const bytes = Buffer.concat([Buffer.from([0, 2, 0, 0, 0x27, 0x10]), large, Buffer.from([3])]);
    const encoder = outer();
    for (let time = 1; time <= 2; time++) {
      expect(encoder.buffer).toEqual(Buffer.concat([Buffer.from([1, 0, 0, 0, 2]), bytes, bytes, bytes, Buffer.from([4])]));
    }
    expect(encoder.writeString('more').buffer.subarray(-7)).toEqual(Buffer.from('\u0004\u0000\u0004more'));
    expect(encoder.size()).toBe(encoder.buffer.length);
  });
});

describe('a batch that is fetched', () => {
  it('leaves out what comes before the offset that was asked for, and looks at no offset after it', () => {
    let looks = 0;
    const messages = Array.from({ length: 100 }, (_, at) => ({
      get offset() {
        looks++;
        return String(at);
      },
    }));
    const batch = new Batch('t', '3', { partition: 0, highWatermark: '100', messages });
    expect(looks).toBe(4);
    expect(batch.messages).toEqual(messages.slice(3));
    expect(new Batch('t', '100', { partition: 0, highWatermark: '100', messages }).messages).toEqual([]);
  });
});

describe('a consumer that has paused all its partitions', () => {
  const ALL = [{ topic: 't' }];
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function paused() {
    const group = new ConsumerGroup({
      cluster: { refreshMetadataIfNecessary: async () => {} },
      logger: { namespace: () => ({ info() {}, debug() {}, error() {} }) },
      maxWaitTimeInMs: 500,
      topics: ['t'],
      retry: {},
    });
    group.offsetManager = { resolveOffsets: async () => {}, committedOffsets: () => ({}) };
    group.pause(ALL);
    const fetched = vi.fn();
    const fetch = () => void group.fetch(0).then(fetched);
    return { group, fetch, fetched };
  }

  it('fetches as soon as one is resumed: who takes a partition over, or begins to read, need not wait half a second', async () => {
    const { group, fetch, fetched } = paused();
    fetch();
    await vi.advanceTimersByTimeAsync(10);
    expect(fetched).not.toHaveBeenCalled();
    group.resume(ALL);
    await vi.advanceTimersByTimeAsync(0);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks again after its wait, and keeps nothing of it', async () => {
    const { group, fetch, fetched } = paused();
    fetch();
    await vi.advanceTimersByTimeAsync(499);
    expect(fetched).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(group.asleep.size).toBe(0);
  });
});

describe('records that are fetched', () => {
  const record = (content: object) => encodeRecord({ offsetDelta: 2, timestampDelta: 300, ...content }).buffer as Buffer;
  const decode = (bytes: Buffer, more: object = {}) => {
    const decoder = new Decoder(bytes);
    decoder.readVarInt();
    return decodeRecord(decoder, { firstOffset: '9007199254740993', firstTimestamp: '1772452800000', magicByte: 2, ...more });
  };

  it('take nothing out of what was fetched before they are asked for it: thousands wait for their turn', () => {
    const bytes = record({ key: 'key', value: 'value', headers: { a: 'b' } });
    const slice = vi.spyOn(Buffer.prototype, 'slice');
    const read = decode(bytes);
    expect(slice).not.toHaveBeenCalled();
    expect(read.value.toString()).toBe('value');
    expect(slice).toHaveBeenCalledTimes(1);
    slice.mockRestore();
  });

  it('are what they were', () => {
    expect(decode(record({ key: 'key', value: 'value', headers: { a: 'b', c: ['d', 'e'] } }))).toMatchObject({
      offset: '9007199254740995',
      timestamp: '1772452800300',
      key: Buffer.from('key'),
      value: Buffer.from('value'),
      headers: { a: Buffer.from('b'), c: [Buffer.from('d'), Buffer.from('e')] },
      isControlRecord: false,
    });
    expect(decode(record({ key: null, value: null }))).toMatchObject({ key: null, value: null, headers: {} });
    const appended = { timestampType: 1, maxTimestamp: '1772452900000', isControlBatch: true };
    expect(decode(record({ key: null, value: 'v' }), appended)).toMatchObject({ timestamp: '1772452900000', isControlRecord: true });
  });
});
