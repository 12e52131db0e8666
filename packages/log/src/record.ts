import type { KafkaMessage } from 'kafkajs';

/** One record as it was read. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** The record's time in milliseconds since 1970; in `rollcall.events` the time at which the broker appended it. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** One record to write. */
export interface NewRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Uint8Array | null;
  /** Of several parts, what they are one after the other. */
  readonly value: string | Uint8Array | null | readonly (string | Uint8Array)[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The record that a message is. Its content is taken from what was fetched when it is asked for, each time anew. */
export function toLogRecord(partition: number, message: KafkaMessage): LogRecord {
  return new FetchedRecord(partition, BigInt(message.offset), message);
}

class FetchedRecord implements LogRecord {
  constructor(
    readonly partition: number,
    readonly offset: bigint,
    private readonly message: KafkaMessage,
  ) {}

  get timestamp(): number {
    return Number(this.message.timestamp);
  }

  get key(): Uint8Array | null {
    return this.message.key;
  }

  get value(): Uint8Array | null {
    return this.message.value;
  }

  get headers(): Readonly<Record<string, string>> {
    const headers = Object.entries(this.message.headers ?? {});
    return Object.fromEntries(headers.map(([name, text]) => [name, String(Array.isArray(text) ? text[0] : text)]));
  }
}
