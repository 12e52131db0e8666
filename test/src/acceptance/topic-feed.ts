import { type LogOptions, type LogRecord, LogStream } from '@rollcall/log';
import { clientKey, parseJson } from '@rollcall/schema';

/** A topic from its first record on, committed records only, as far as it has been read. */
export class TopicFeed implements AsyncDisposable {
  readonly #records: LogRecord[] = [];
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #failure: unknown;

  constructor(log: LogOptions, topic: string) {
    this.#reading = this.#read(log, topic).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** Throws what ended the reading. */
  get records(): readonly LogRecord[] {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#records;
  }

  /** The records of one client, in order. */
  of(namespace: string, client: string): LogRecord[] {
    const key = clientKey(namespace, client);
    return this.records.filter((record) => record.key !== null && text(record.key) === key);
  }

  async #read(log: LogOptions, topic: string): Promise<void> {
    const stream = new LogStream(log, { topic, from: 'earliest', signal: this.#stop.signal });
    for await (const record of stream) if (record !== undefined) this.#records.push(record);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }
}

export function text(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString();
}

/** A record's value; the shape is what the caller expects of the topic. */
export function decoded<T>({ value }: LogRecord): T {
  return parseJson(text(value)) as T;
}
