import { type LogOptions, LogWriter, Offsets, readRange } from '@rollcall/log';
import { clientKey, partitionOf, topicNames } from '@rollcall/schema';
import { sessionConnected, sessionDisconnected } from '../acceptance/life-cycle-events.ts';
import type { RedisConnection } from '../chaos/redis-connection.ts';

/** Bytes for each of some events, where each is a transaction of its own. */
export interface BytesPerEvent {
  /** Keys and values in `rollcall.changes`. */
  readonly changes: number;
  /** Keys and values in `rollcall.state`. */
  readonly state: number;
  /** All that was sent to Redis. */
  readonly redis: number;
}

const TOPICS = topicNames('rollcall');

/** The stack that the clients' events go to, past ingest. */
export class ChurnLog {
  /** Bytes that its own questions have sent to Redis. */
  asked = 0;
  readonly #writer: LogWriter;
  readonly #offsets: Offsets;

  constructor(
    readonly log: LogOptions,
    readonly partitions: number,
    readonly redis: RedisConnection,
  ) {
    this.#writer = new LogWriter(log);
    this.#offsets = new Offsets(log);
  }

  partitionOf({ namespace, client }: Client): number {
    return partitionOf(clientKey(namespace, client), this.partitions);
  }

  async append(of: Client, events: readonly string[]): Promise<void> {
    const key = clientKey(of.namespace, of.client);
    const partition = this.partitionOf(of);
    await this.#writer.append(events.map((value) => ({ topic: TOPICS.events, partition, key, value })));
  }

  /** The client's JSON in Redis. */
  async stored(of: Client): Promise<string> {
    const name = `rollcall:{1:${this.partitionOf(of)}}:client:${clientKey(of.namespace, of.client)}`;
    this.asked += `*2\r\n$3\r\nGET\r\n$${name.length}\r\n${name}\r\n`.length;
    return String(await this.redis.ask('GET', name));
  }

  /** Resolves when Redis knows of it. */
  async untilStored(of: Client, text: string): Promise<void> {
    const giveUpAt = performance.now() + 60_000;
    while (!(await this.stored(of)).includes(text)) {
      if (performance.now() > giveUpAt) throw new Error(`Redis does not come to know ${text} of ${of.client}`);
    }
  }

  /** The sizes of all records of a client, in order. */
  async sizes(topic: 'changes' | 'state', of: Client): Promise<number[]> {
    const key = clientKey(of.namespace, of.client);
    const partition = this.partitionOf(of);
    const { start, end } = await this.#offsets.bounds(TOPICS[topic], partition);
    const range = { topic: TOPICS[topic], partition, from: start, to: end };
    const sizes: number[] = [];
    for await (const records of readRange(this.log, range, new AbortController().signal)) {
      for (const record of records) {
        if (record.key === null || Buffer.from(record.key).toString() !== key) continue;
        sizes.push(record.key.byteLength + (record.value?.byteLength ?? 0));
      }
    }
    return sizes;
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#offsets.close()]);
  }
}

export interface Client {
  readonly namespace: string;
  readonly client: string;
}

/** A client that takes a new session name for each connection, one at a time. */
export class ChurningClient {
  /** How many names it has had. */
  names = 0;
  #time = Date.now() - 86_400_000;

  /** `nameLength`: of its sessions' names, in characters. */
  constructor(
    readonly of: Client,
    private readonly nameLength = 36,
  ) {}

  /** Connects under so many new names, and leaves again. */
  next(names: number): string[] {
    return Array.from({ length: names }, () => this.#visit()).flat();
  }

  #visit(): [string, string] {
    const session = `session-${++this.names}-`.padEnd(this.nameLength, 'x');
    const whose = { ...this.of, session };
    return [
      sessionConnected(whose, { time: this.#moment() }),
      sessionDisconnected(whose, 'ClientInitiatedDisconnect', { time: this.#moment() }),
    ];
  }

  #moment(): string {
    this.#time += 10;
    return new Date(this.#time).toISOString();
  }
}

/** What an event costs now: each is applied before the next one is sent. Nothing else may be sent meanwhile. */
export async function bytesPerEvent(log: ChurnLog, client: ChurningClient, names: number): Promise<BytesPerEvent> {
  // What was sent before is applied, too.
  await inSteps(log, client, client.next(1));
  const before = [await log.sizes('changes', client.of), await log.sizes('state', client.of)].map(({ length }) => length);
  const sentBefore = await sentToRedis(log);
  const events = client.next(names);
  await inSteps(log, client, events);
  const sent = (await sentToRedis(log)) - sentBefore;
  const [changes = [], state = []] = [await log.sizes('changes', client.of), await log.sizes('state', client.of)];
  const mean = (sizes: readonly number[], from = 0) => sizes.slice(from).reduce((sum, size) => sum + size, 0) / events.length;
  return { changes: mean(changes, before[0]), state: mean(state, before[1]), redis: sent / events.length };
}

async function inSteps(log: ChurnLog, { of }: ChurningClient, events: readonly string[]): Promise<void> {
  for (const event of events) {
    await log.append(of, [event]);
    await log.untilStored(of, `"since":"${timeOf(event)}`);
  }
}

function timeOf(event: string): string {
  return String(JSON.parse(event).time).replace('Z', '');
}

/** Bytes, without those of the questions that are asked here. */
async function sentToRedis({ redis, asked }: ChurnLog): Promise<number> {
  const info = String(await redis.ask('INFO', 'stats'));
  return Number(/^total_net_input_bytes:(\d+)/m.exec(info)?.[1]) - asked;
}
