import { setTimeout as sleep } from 'node:timers/promises';
import { isRefusal, LogUnavailable } from './errors.ts';
import type { LogOptions } from './options.ts';
import { Outbox, type PartitionRecords } from './outbox.ts';
import { Producer } from './producer.ts';
import type { NewRecord } from './record.ts';

/** In milliseconds. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 2_000;

/** Appends records, acknowledged by all in-sync replicas. Each record names its partition. Requests go one at a time, and after any doubt a new
 *  producer sends the request again: a record may be in the log twice, and none is missing. */
export class LogWriter {
  #producer: Producer | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LogOptions) {}

  /** Throws LogUnavailable. */
  async connect(): Promise<void> {
    await this.#inTurn(() => this.#connected());
  }

  /** Resolves when every record is acknowledged. Throws LogUnavailable: some of them may have been appended. */
  append(records: readonly NewRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      const outbox = new Outbox();
      outbox.add(records);
      for (const round of outbox.take()) await this.#send(round);
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#discard());
  }

  async #send(round: readonly PartitionRecords[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const producer = await this.#connected();
        return await producer.send(round);
      } catch (cause) {
        await this.#discard();
        if (attempt >= this.options.retries || isRefusal(cause)) {
          throw new LogUnavailable(`write to ${[...new Set(round.map(({ topic }) => topic))].join(', ')}`, true, cause);
        }
        await sleep(Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT));
      }
    }
  }

  async #connected(): Promise<Producer> {
    try {
      this.#producer ??= await Producer.open(this.options);
      return this.#producer;
    } catch (cause) {
      throw new LogUnavailable('connect to Kafka', true, cause);
    }
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close();
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
