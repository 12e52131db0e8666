import { type LogOptions, type LogRecord, Offsets, readRange } from '@rollcall/log';
import { topicNames } from '@rollcall/schema';

export const PARTITIONS = 4;

/** What a topic has held, partition by partition, records that were cut since included: read whenever `read` is called. */
export class TopicHistory {
  readonly partitions: LogRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly #next: bigint[] = Array.from({ length: PARTITIONS }, () => 0n);

  constructor(
    private readonly log: LogOptions,
    private readonly topic: string,
    private readonly offsets: Offsets,
  ) {}

  /** Reads what was committed since the last time. */
  async read(): Promise<void> {
    await Promise.all(
      this.partitions.map(async (records, partition) => {
        const { end } = await this.offsets.bounds(this.topic, partition);
        const from = this.#next[partition] ?? 0n;
        for await (const some of readRange(this.log, { topic: this.topic, partition, from, to: end }, NEVER)) {
          records.push(...some);
          // A read that fails halfway is gone on with by the next one.
          this.#next[partition] = (some.at(-1)?.offset ?? from) + 1n;
        }
        this.#next[partition] = end;
      }),
    );
  }
}

const NEVER = new AbortController().signal;

/** The topics as a reader of committed records has seen them from their first record on. */
export class LogHistory {
  readonly events: TopicHistory;
  readonly changes: TopicHistory;
  readonly state: TopicHistory;
  readonly deadLetters: TopicHistory;
  readonly offsets: Offsets;
  readonly log: LogOptions;
  readonly #lost: { readonly partition: number; readonly from: bigint; readonly to: bigint }[] = [];
  readonly #copies = new Map<string, number>();
  readonly #counted = Array.from({ length: PARTITIONS }, () => 0);

  constructor(brokers: string) {
    const log = { brokers: brokers.split(','), prefix: 'rollcall', clientId: 'chaos', retries: 8, logger: { debug: () => {} } };
    this.log = log;
    const topics = topicNames(log.prefix);
    this.offsets = new Offsets(log);
    this.events = new TopicHistory(log, topics.events, this.offsets);
    this.changes = new TopicHistory(log, topics.changes, this.offsets);
    this.state = new TopicHistory(log, topics.state, this.offsets);
    this.deadLetters = new TopicHistory(log, topics.deadLetters, this.offsets);
  }

  async read(): Promise<void> {
    await this.events.read();
    await this.changes.read();
    await this.state.read();
    await this.deadLetters.read();
  }

  /** The ids of which the log holds fewer copies than were sent. */
  missing(copies: ReadonlyMap<string, number>): string[] {
    for (const [partition, records] of this.events.partitions.entries()) {
      for (const { value } of records.slice(this.#counted[partition])) {
        const id = /"id":"([^"]+)"/.exec(Buffer.from(value ?? []).toString())?.[1];
        if (id !== undefined) this.#copies.set(id, (this.#copies.get(id) ?? 0) + 1);
      }
      this.#counted[partition] = records.length;
    }
    return [...copies].filter(([id, sent]) => (this.#copies.get(id) ?? 0) < sent).map(([id]) => id);
  }

  /** The log was cut here before it was projected: nobody can fold these events. */
  loseUnread(partition: number, from: bigint, to: bigint): void {
    this.#lost.push({ partition, from, to });
  }

  /** The events of a partition that there was a chance to project. */
  projected(partition: number): LogRecord[] {
    const lost = this.#lost.filter((range) => range.partition === partition);
    return (this.events.partitions[partition] ?? []).filter(({ offset }) => !lost.some(({ from, to }) => offset >= from && offset < to));
  }

  /** The next offset of each partition of `rollcall.events`. */
  async ends(): Promise<bigint[]> {
    const topic = topicNames('rollcall').events;
    const bounds = await this.offsets.allBounds(topic);
    return Array.from({ length: PARTITIONS }, (_, partition) => bounds.get(partition)?.end ?? 0n);
  }

  close(): Promise<void> {
    return this.offsets.close();
  }
}
