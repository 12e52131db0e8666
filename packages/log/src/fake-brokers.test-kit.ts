import { once } from 'node:events';
import { createRequire } from 'node:module';
import net from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import type { LogOptions } from './options.ts';

const kafkajs = createRequire(import.meta.url);
const Decoder = kafkajs('kafkajs/src/protocol/decoder');
const Encoder = kafkajs('kafkajs/src/protocol/encoder');
const decodeRecord = kafkajs('kafkajs/src/protocol/recordBatch/record/v0/decoder');

const LOOPBACK = '127.0.0.1';

/** Kafka's keys of requests, and the version of each that these brokers speak. */
const VERSIONS = {
  produce: [0, 3],
  listOffsets: [2, 1],
  metadata: [3, 1],
  offsetFetch: [9, 1],
  findCoordinator: [10, 1],
  apiVersions: [18, 0],
} as const;
const PLAIN = { initProducerId: [22, 0], addPartitions: [24, 0], addOffsets: [25, 0], endTxn: [26, 0], txnOffsetCommit: [28, 0] } as const;
const ALL: Record<string, readonly [key: number, version: number]> = { ...VERSIONS, ...PLAIN };

export const NOT_LEADER = 6;
export const NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20;
export const CONCURRENT_TRANSACTIONS = 51;
export const INVALID_PRODUCER_EPOCH = 47;

/** What one broker is asked to append to one partition. */
export interface ProducePart {
  readonly node: number;
  readonly partition: number;
  readonly values: readonly string[];
  readonly producerId: string;
  readonly firstSequence: number;
}

/** What becomes of it: appended or not, and with what error code the broker answers; undefined: it answers nothing, and closes the connection. */
export interface ProduceOutcome {
  readonly append: boolean;
  readonly code: number | undefined;
}

/** Brokers that speak Kafka's protocol over sockets, of one topic: enough of it to move a leader between an answer and the next request, which a
 *  real cluster does only by chance. Like real ones, they recognise a request that they have appended by its producer and its numbers. */
export class FakeBrokers implements AsyncDisposable {
  /** The records of each partition, as values. */
  readonly log = new Map<number, string[]>();
  /** Node id of each partition's leader; a partition that is left out is one that nobody has heard of. */
  readonly leaders = new Map<number, number>();
  /** What a broker believes that has not heard of anything since: that it leads all and keeps all groups, as of this offset. */
  readonly stale = new Map<number, bigint>();
  /** Asked for each partition of each request. Default: the leader appends, any other refuses. */
  onProduce: (part: ProducePart) => ProduceOutcome | Promise<ProduceOutcome> = ({ node, partition }) =>
    this.leaders.get(partition) === node ? { append: true, code: 0 } : { append: false, code: NOT_LEADER };
  /** Nodes that take requests and answer none. */
  readonly frozen = new Set<number>();
  /** The transactions that were committed. */
  commits = 0;
  /** The requests that came, in order, by name. */
  readonly asked: string[] = [];
  /** Error codes with which the next requests of a name are answered; only those of transactions. */
  readonly refusals = new Map<string, number[]>();
  readonly #appended = new Map<string, number>();
  readonly #sockets = new Map<number, net.Socket[]>();
  #producers = 1000;

  readonly #ports: readonly number[];

  private constructor(
    private readonly topic: string,
    private readonly servers: readonly net.Server[],
  ) {
    this.#ports = servers.map((server) => (server.address() as net.AddressInfo).port);
    for (const [node, server] of servers.entries()) server.on('connection', (socket) => this.#serve(node, socket));
  }

  static async start(topic: string, count: number): Promise<FakeBrokers> {
    const servers = Array.from({ length: count }, () => net.createServer());
    for (const server of servers) {
      server.listen(0, LOOPBACK);
      await once(server, 'listening');
    }
    return new FakeBrokers(topic, servers);
  }

  get options(): LogOptions {
    const brokers = this.#ports.map((port) => `${LOOPBACK}:${port}`);
    return { brokers, prefix: 'rollcall', clientId: 'test', retries: 5, logger: { debug: () => {} } };
  }

  kill(node: number): void {
    this.servers[node]?.close();
    for (const socket of this.#sockets.get(node) ?? []) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.servers.keys()) this.kill(node);
  }

  #serve(node: number, socket: net.Socket): void {
    this.#sockets.set(node, [...(this.#sockets.get(node) ?? []), socket]);
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const end = 4 + bytes.readInt32BE(0);
        void this.#answer(node, socket, new Decoder(bytes.subarray(4, end)));
        bytes = bytes.subarray(end);
      }
    });
  }

  async #answer(node: number, socket: net.Socket, request: InstanceType<typeof Decoder>): Promise<void> {
    const key = request.readInt16();
    request.readInt16();
    const correlation = int32(request.readInt32());
    request.readString();
    const name = Object.entries(ALL).find(([, [api]]) => api === key)?.[0] ?? `${key}`;
    this.asked.push(name);
    if (this.frozen.has(node)) return;
    const body = await this.#respond(node, key, this.refusals.get(name)?.shift() ?? 0, request);
    if (body === undefined) {
      socket.destroy();
      return;
    }
    socket.write(Buffer.concat([int32(correlation.length + body.length), correlation, body]));
  }

  async #respond(node: number, key: number, code: number, request: InstanceType<typeof Decoder>): Promise<Buffer | undefined> {
    switch (key) {
      case VERSIONS.apiVersions[0]:
        return Buffer.concat([
          int16(0),
          array(Object.values(ALL), ([api, version]) => Buffer.concat([int16(api), int16(version), int16(version)])),
        ]);
      case VERSIONS.metadata[0]:
        return this.#metadata(node);
      case VERSIONS.findCoordinator[0]:
        return Buffer.concat([int32(0), int16(0), string(''), this.#address(this.stale.has(node) ? node : this.#coordinator)]);
      case VERSIONS.listOffsets[0]:
        return array([this.topic], (topic) =>
          Buffer.concat([
            string(topic),
            array([...this.leaders.keys()], (of) => Buffer.concat([int32(of), int16(0), int64(-1n), int64(this.#end(node, of))])),
          ]),
        );
      case VERSIONS.offsetFetch[0]:
        return array([this.topic], (topic) =>
          Buffer.concat([
            string(topic),
            array([...this.leaders.keys()], (of) => Buffer.concat([int32(of), int64(this.#end(node, of)), string(''), int16(0)])),
          ]),
        );
      case PLAIN.initProducerId[0]:
        return Buffer.concat([int32(0), int16(code), int64(BigInt(this.#producers++)), int16(0)]);
      case VERSIONS.produce[0]:
        return await this.#produce(node, request);
      case PLAIN.endTxn[0]:
        if (code === 0) this.commits++;
        return Buffer.concat([int32(0), int16(code)]);
      case PLAIN.addOffsets[0]:
        return Buffer.concat([int32(0), int16(code)]);
      default:
        // An answer for each partition, of which one is enough.
        return Buffer.concat([int32(0), array([this.topic], (topic) => Buffer.concat([string(topic), array([0], int32), int16(code)]))]);
    }
  }

  /** The last broker that is not stale. */
  get #coordinator(): number {
    return [...this.servers.keys()].findLast((node) => !this.stale.has(node)) ?? 0;
  }

  #end(node: number, partition: number): bigint {
    return this.stale.get(node) ?? BigInt(this.log.get(partition)?.length ?? 0);
  }

  #address(node: number): Buffer {
    return Buffer.concat([int32(node), string(LOOPBACK), int32(this.#ports[node] ?? 0)]);
  }

  #metadata(node: number): Buffer {
    const nodes = [...this.servers.keys()];
    const partition = ([id, leader]: [number, number]) =>
      Buffer.concat([int16(0), int32(id), int32(this.stale.has(node) ? node : leader), array(nodes, int32), array(nodes, int32)]);
    return Buffer.concat([
      array(nodes, (of) => Buffer.concat([this.#address(of), string('')])),
      int32(this.#coordinator),
      array([this.topic], (topic) => Buffer.concat([int16(0), string(topic), Buffer.from([0]), array([...this.leaders], partition)])),
    ]);
  }

  async #produce(node: number, request: InstanceType<typeof Decoder>): Promise<Buffer | undefined> {
    request.readString();
    request.readInt16();
    request.readInt32();
    const topics: { topic: string; parts: ProducePart[] }[] = request.readArray((topic: InstanceType<typeof Decoder>) => ({
      topic: topic.readString(),
      parts: topic.readArray((of: InstanceType<typeof Decoder>) => producePart(node, of.readInt32(), of.readBytes())),
    }));
    const answers: Buffer[] = [];
    for (const { topic, parts } of topics) {
      const codes: Buffer[] = [];
      for (const part of parts) {
        const { append, code } = await this.onProduce(part);
        if (append) this.#append(part);
        if (code === undefined) return undefined;
        codes.push(Buffer.concat([int32(part.partition), int16(code), int64(0n), int64(-1n)]));
      }
      answers.push(Buffer.concat([string(topic), int32(codes.length), ...codes]));
    }
    return Buffer.concat([int32(answers.length), ...answers, int32(0)]);
  }

  #append({ partition, producerId, firstSequence, values }: ProducePart): void {
    const key = `${producerId}/${partition}`;
    if (firstSequence < (this.#appended.get(key) ?? 0)) return;
    this.#appended.set(key, firstSequence + values.length);
    this.log.set(partition, [...(this.log.get(partition) ?? []), ...values]);
  }
}

/** The record batch of a partition. Source: kafka.apache.org/documentation/#recordbatch */
function producePart(node: number, partition: number, batch: Buffer): ProducePart {
  const records = new Decoder(zstdDecompressSync(batch.subarray(61)));
  const values = Array.from({ length: batch.readInt32BE(57) }, () =>
    String(decodeRecord(new Decoder(records.readVarIntBytes()), { firstOffset: '0', firstTimestamp: '0', magicByte: 2 }).value),
  );
  return { node, partition, values, producerId: String(batch.readBigInt64BE(43)), firstSequence: batch.readInt32BE(53) };
}

const int16 = (value: number): Buffer => new Encoder().writeInt16(value).buffer;
const int32 = (value: number): Buffer => new Encoder().writeInt32(value).buffer;
const int64 = (value: bigint): Buffer => new Encoder().writeInt64(value).buffer;
const string = (value: string): Buffer => new Encoder().writeString(value).buffer;

function array<T>(values: readonly T[], write: (value: T) => Buffer): Buffer {
  return Buffer.concat([int32(values.length), ...values.map(write)]);
}
