import { compressRecords } from './compression.ts';
import type { NewRecord } from './record.ts';

/** Bytes of records in one batch before they are compressed, well under the broker's `message.max.bytes` for what is not itself larger. */
export const MAX_BATCH_BYTES = 900_000;

/** What kafkajs, patched, sends in place of messages: so many records, in Kafka's format. */
export interface PackedRecords {
  readonly length: number;
  readonly compressed: Buffer;
}

/** Records for one partition of a topic, each written into one buffer as it comes, in Kafka's record format (magic 2); compressed, batch by batch,
 *  as soon as there is enough of them.
 *  Source: kafka.apache.org/documentation/#recordbatch */
export class RecordSet {
  readonly #batches: PackedRecords[] = [];
  #bytes = spare.pop() ?? Buffer.allocUnsafe(FIRST_SIZE);
  #end = 0;
  #length = 0;

  add(record: Pick<NewRecord, 'key' | 'value' | 'headers'>): void {
    // Mostly a text has as many bytes as characters; to count them takes as long as to write them.
    if (!this.#append(record, (part) => part.length)) this.#append(record, byteLength);
  }

  /** False, and nothing is appended, where a text is longer than `lengthOf` says. */
  #append({ key, value, headers }: Pick<NewRecord, 'key' | 'value' | 'headers'>, lengthOf: (part: Part) => number): boolean {
    const parts = value === null ? null : Array.isArray(value) ? (value as readonly Part[]) : [value as Part];
    const names = headers === undefined ? NO_NAMES : Object.entries(headers).flat();
    const keyLength = key === null ? -1 : lengthOf(key);
    const valueLength = parts === null ? -1 : parts.reduce((sum, part) => sum + lengthOf(part), 0);
    let body = 2 + sizeOfBytes(keyLength) + sizeOfBytes(valueLength) + sizeOfVarint(names.length / 2);
    for (const text of names) body += sizeOfBytes(lengthOf(text));
    if (this.#end + body > MAX_BATCH_BYTES) this.#close();
    // Attributes and time since the batch's are 0, a byte each; the place in the batch is counted here, for it begins anew with each.
    body += sizeOfVarint(this.#length);
    const start = this.#end;
    const end = start + sizeOfVarint(body) + body;
    this.#reserve(BYTES_PER_CHARACTER * (end - start));
    this.#varint(body);
    this.#byte(0);
    this.#byte(0);
    this.#varint(this.#length);
    this.#varint(keyLength);
    if (key !== null) this.#write(key);
    this.#varint(valueLength);
    for (const part of parts ?? []) this.#write(part);
    this.#varint(names.length / 2);
    for (const text of names) {
      this.#varint(lengthOf(text));
      this.#write(text);
    }
    const fits = this.#end === end;
    if (fits) this.#length++;
    else this.#end = start;
    return fits;
  }

  /** Of those that are compressed already. */
  get compressedBytes(): number {
    return this.#batches.reduce((sum, { compressed }) => sum + compressed.length, 0);
  }

  /** All of them, in order. Nothing can be added any more. */
  batches(): readonly PackedRecords[] {
    this.#close();
    if (spare.length < MOST_SPARE && this.#bytes.length <= LARGEST_SPARE) spare.push(this.#bytes);
    this.#bytes = NONE;
    return this.#batches;
  }

  #close(): void {
    if (this.#length === 0) return;
    this.#batches.push({ length: this.#length, compressed: compressRecords(this.#bytes.subarray(0, this.#end)) });
    this.#end = 0;
    this.#length = 0;
  }

  #reserve(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(bytes, 0, 0, this.#end);
    this.#bytes = bytes;
  }

  #byte(value: number): void {
    this.#bytes[this.#end++] = value;
  }

  #varint(value: number): void {
    let rest = zigzag(value);
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  #write(part: Part): void {
    if (typeof part === 'string') {
      this.#end += this.#bytes.write(part, this.#end);
    } else {
      this.#bytes.set(part, this.#end);
      this.#end += part.length;
    }
  }
}

type Part = string | Uint8Array;

const FIRST_SIZE = 16_384;
const NONE = Buffer.alloc(0);
const NO_NAMES: readonly string[] = [];

/** Of sets that are written down, for those to come: V8 starts a collection of the old heap for every 64 MB of buffers that outlive the new one. */
const spare: Buffer[] = [];
const MOST_SPARE = 8;
const LARGEST_SPARE = 4 * MAX_BATCH_BYTES;
/** At the most. */
const BYTES_PER_CHARACTER = 3;

function byteLength(part: Part): number {
  return typeof part === 'string' ? Buffer.byteLength(part) : part.length;
}

/** Of a length and what follows; a length of -1 stands for null. */
function sizeOfBytes(length: number): number {
  return sizeOfVarint(length) + Math.max(length, 0);
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest >>>= 7) size++;
  return size;
}

/** Small numbers of either sign become small ones without. */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
