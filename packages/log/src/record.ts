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

export function toLogRecord(partition: number, { offset, timestamp, key, value, headers = {} }: KafkaMessage): LogRecord {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(Array.isArray(text) ? text[0] : text)]);
  return { partition, offset: BigInt(offset), timestamp: Number(timestamp), key, value, headers: Object.fromEntries(texts) };
}
