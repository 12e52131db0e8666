import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** An event of one partition, as it is kept. */
export interface StoredEvent {
  /** Counts the events of the partition from 0, without gaps. */
  readonly sequenceNumber: number;
  /** Bytes of all events before it. */
  readonly offset: number;
  /** Milliseconds since 1970; never less than that of the event before. */
  readonly enqueuedAt: number;
  /** The encoded AMQP message. */
  readonly message: Buffer;
}

/** A record is its length and CRC-32 (4 bytes each) and, covered by both, sequence number, offset, time (8 bytes each) and the message. */
const FRAME_BYTES = 8;
const POSITION_BYTES = 24;
const EXTENSION = '.events';

/** A partition's events on disk: an append-only file and the one before it, each named by its first sequence number.
 *  What `append` wrote survives the death of the process, but not that of the machine: nothing is synced. */
export class Segments {
  readonly #dir: string;
  readonly #eventsPerSegment: number;
  #names: string[];
  #file = -1;
  #size = 0;
  #events = 0;

  constructor(dir: string, eventsPerSegment: number) {
    this.#dir = dir;
    this.#eventsPerSegment = eventsPerSegment;
    fs.mkdirSync(dir, { recursive: true });
    this.#names = fs
      .readdirSync(dir)
      .filter((name) => name.endsWith(EXTENSION))
      .sort();
  }

  /** All events on disk, oldest first. Cuts off what was only half written. To be called once, before the first `append`. */
  *load(): Generator<StoredEvent> {
    for (const name of this.#names) {
      const bytes = fs.readFileSync(this.#path(name));
      this.#events = 0;
      this.#size = 0;
      for (let event = decode(bytes, 0); event; event = decode(bytes, this.#size)) {
        this.#size += FRAME_BYTES + POSITION_BYTES + event.message.length;
        this.#events++;
        yield event;
      }
      if (this.#size < bytes.length) fs.truncateSync(this.#path(name), this.#size);
    }
    const newest = this.#names.at(-1);
    if (newest !== undefined) this.#file = fs.openSync(this.#path(newest), 'a');
  }

  /** Writes them all or none: throws what the file system says. */
  append(events: readonly StoredEvent[]): void {
    const first = events[0];
    if (!first) return;
    if (this.#file < 0 || this.#events >= this.#eventsPerSegment) this.#startSegment(first.sequenceNumber);
    const bytes = Buffer.concat(events.flatMap(encode));
    try {
      fs.appendFileSync(this.#file, bytes);
    } catch (error) {
      fs.ftruncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += bytes.length;
    this.#events += events.length;
  }

  close(): void {
    if (this.#file >= 0) fs.closeSync(this.#file);
    this.#file = -1;
  }

  #startSegment(firstSequenceNumber: number): void {
    const name = String(firstSequenceNumber).padStart(20, '0') + EXTENSION;
    const file = fs.openSync(this.#path(name), 'a');
    this.close();
    this.#file = file;
    this.#size = 0;
    this.#events = 0;
    for (const old of this.#names.slice(0, -1)) fs.rmSync(this.#path(old));
    this.#names = [...this.#names.slice(-1), name];
  }

  #path(name: string): string {
    return path.join(this.#dir, name);
  }
}

function encode(event: StoredEvent): Buffer[] {
  const head = Buffer.alloc(FRAME_BYTES + POSITION_BYTES);
  head.writeUInt32BE(POSITION_BYTES + event.message.length, 0);
  head.writeBigInt64BE(BigInt(event.sequenceNumber), 8);
  head.writeBigInt64BE(BigInt(event.offset), 16);
  head.writeBigInt64BE(BigInt(event.enqueuedAt), 24);
  head.writeUInt32BE(crc32(event.message, crc32(head.subarray(FRAME_BYTES))), 4);
  return [head, event.message];
}

function decode(bytes: Buffer, at: number): StoredEvent | undefined {
  if (at + FRAME_BYTES + POSITION_BYTES > bytes.length) return undefined;
  const end = at + FRAME_BYTES + bytes.readUInt32BE(at);
  if (end > bytes.length || crc32(bytes.subarray(at + FRAME_BYTES, end)) !== bytes.readUInt32BE(at + 4)) return undefined;
  return {
    sequenceNumber: Number(bytes.readBigInt64BE(at + 8)),
    offset: Number(bytes.readBigInt64BE(at + 16)),
    enqueuedAt: Number(bytes.readBigInt64BE(at + 24)),
    message: Buffer.from(bytes.subarray(at + FRAME_BYTES + POSITION_BYTES, end)),
  };
}
