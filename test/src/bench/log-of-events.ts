import { admit, ensureTopics, type LogOptions, LogWriter, Offsets } from '@rollcall/log';
import { type Topics, timeFromMilliseconds, topicNames } from '@rollcall/schema';

const PREFIX = 'rollcall';
/** Events that are appended at once. */
const PORTION = 1_000;

export function logAt(kafkaBrokers: string): LogOptions {
  return { brokers: [kafkaBrokers], prefix: PREFIX, clientId: 'bench', retries: 5, logger: { debug: () => {} } };
}

/** `rollcall.events` as ingest writes it, without ingest: its parser, its keys, its partitions, its headers. */
export class LogOfEvents {
  readonly topics: Topics = topicNames(PREFIX);
  readonly #log: LogOptions;
  readonly #writer: LogWriter;
  readonly #offsets: Offsets;

  constructor(
    kafkaBrokers: string,
    readonly partitions: number,
  ) {
    this.#log = logAt(kafkaBrokers);
    this.#writer = new LogWriter(this.#log);
    this.#offsets = new Offsets(this.#log);
  }

  /** Creates the topics that are missing. */
  async create(): Promise<void> {
    await ensureTopics(this.#log, { partitions: this.partitions, replicationFactor: -1 });
  }

  /** Appends the JSON of events. Resolves when all are acknowledged. */
  async append(events: Iterable<string>): Promise<void> {
    let portion: string[] = [];
    for (const event of events) {
      portion.push(event);
      if (portion.length < PORTION) continue;
      await this.#append(portion);
      portion = [];
    }
    if (portion.length > 0) await this.#append(portion);
  }

  async #append(events: readonly string[]): Promise<void> {
    const body = Buffer.from(`[${events.join(',')}]`);
    const contentType = 'application/cloudevents-batch+json; charset=utf-8';
    const delivery = { body, contentType, properties: {}, enqueuedTime: timeFromMilliseconds(Date.now()) };
    const admission = { maxEventBytes: 1_000_000, maxClockAhead: 300_000, sources: new Map<string, string>() };
    const admitted = admit(delivery, { topics: this.topics, partitions: this.partitions, admission });
    const records = admitted.map((event) => {
      if (!event.ok) throw new TypeError(`the bench wrote no event: ${event.detail}`);
      return event.record;
    });
    await this.#writer.append(records);
  }

  /** The next offset of each partition. */
  async ends(): Promise<ReadonlyMap<number, bigint>> {
    const bounds = await this.#offsets.allBounds(this.topics.events);
    return new Map([...bounds].map(([partition, { end }]) => [partition, end]));
  }

  /** Records in all partitions. */
  async count(): Promise<number> {
    return (await this.ends()).values().reduce((sum, end) => sum + Number(end), 0);
  }

  /** Records in all partitions of the dead letters. */
  async deadLetters(): Promise<number> {
    const bounds = await this.#offsets.allBounds(this.topics.deadLetters);
    return bounds.values().reduce((sum, { end }) => sum + Number(end), 0);
  }

  /** Whether a consumer group has committed all that there is up to these ends. */
  async isCommitted(group: string, ends: ReadonlyMap<number, bigint>): Promise<boolean> {
    const committed = await this.#offsets.allCommitted(group, this.topics.events);
    return [...ends].every(([partition, end]) => end === 0n || (committed.get(partition) ?? 0n) >= end);
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#offsets.close();
  }
}
