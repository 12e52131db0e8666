import type { KafkaMessage, Message, ProducerBatch } from 'kafkajs';
import { COMPRESSION } from './compression.ts';

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
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export function toLogRecord(partition: number, { offset, timestamp, key, value, headers = {} }: KafkaMessage): LogRecord {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(Array.isArray(text) ? text[0] : text)]);
  return { partition, offset: BigInt(offset), timestamp: Number(timestamp), key, value, headers: Object.fromEntries(texts) };
}

/** One request: acknowledged by all in-sync replicas, compressed. */
export function toBatch(records: readonly NewRecord[]): ProducerBatch {
  const topics = Map.groupBy(records, (record) => record.topic);
  const topicMessages = [...topics].map(([topic, members]) => ({ topic, messages: members.map(toMessage) }));
  return { topicMessages, acks: -1, compression: COMPRESSION };
}

export function toMessage({ partition, key, value, headers }: NewRecord): Message {
  return { partition, key: bytes(key), value: bytes(value), ...(headers && { headers: { ...headers } }) };
}

function bytes(content: string | Uint8Array | null): string | Buffer | null {
  if (content === null || typeof content === 'string' || Buffer.isBuffer(content)) return content;
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
