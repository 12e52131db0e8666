import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { FileWindow } from './file-window.ts';

/** Where an event is in its partition. */
export interface EventPosition {
  /** Counts the events of the partition from 0, without gaps. */
  readonly sequenceNumber: number;
  /** Bytes of all events before it. */
  readonly offset: number;
  /** Milliseconds since 1970; never less than that of the event before. */
  readonly enqueuedAt: number;
}

/** An event of one partition, as it is kept. */
export interface StoredEvent extends EventPosition {
  /** The encoded AMQP message. */
  readonly message: Buffer;
}

/** Where the message of an event is on disk. */
export interface Place {
  readonly segment: Segment;
  /** In bytes, in the segment's file. */
  readonly at: number;
  readonly length: number;
}

interface Segment {
  readonly file: string;
  readonly fd: number;
  size: number;
  events: number;
}

/** A record is its length and CRC-32 (4 bytes each) and, covered by both, sequence number, offset, time (8 bytes each) and the message. */
const FRAME_BYTES = 8;
const POSITION_BYTES = 24;
const HEAD_BYTES = FRAME_BYTES + POSITION_BYTES;
const EXTENSION = '.events';

/** A partition's events on disk: an append-only file and the one before it, each named by its first sequence number.
 *  What `append` wrote survives the death of the process, but not that of the machine: nothing is synced. */
export class Segments {
  readonly #dir: string;
  readonly #eventsPerSegment: number;
  #segments: Segment[];

  constructor(dir: string, eventsPerSegment: number) {
    this.#dir = dir;
    this.#eventsPerSegment = eventsPerSegment;
    fs.mkdirSync(dir, { recursive: true });
    const names = fs.readdirSync(dir).filter((name) => name.endsWith(EXTENSION));
    this.#segments = names.sort().map((name) => open(path.join(dir, name)));
  }

  /** All events on disk, oldest first. Cuts off what was only half written. To be called once, before the first `append`. */
  *load(): Generator<{ position: EventPosition; place: Place }> {
    for (const segment of this.#segments) {
      const window = new FileWindow(segment.fd);
      for (let event = decode(window, 0); event; event = decode(window, segment.size)) {
        const length = event.message.length;
        yield { position: event, place: { segment, at: segment.size + HEAD_BYTES, length } };
        segment.size += HEAD_BYTES + length;
        segment.events++;
      }
      fs.ftruncateSync(segment.fd, segment.size);
    }
  }

  /** Writes them all or none, and returns where their messages are. Throws what the file system says. */
  append(events: readonly StoredEvent[]): Place[] {
    const [first] = events;
    if (!first) return [];
    const segment = this.#segmentFor(first.sequenceNumber);
    try {
      fs.appendFileSync(segment.fd, Buffer.concat(events.flatMap(encode)));
    } catch (error) {
      fs.ftruncateSync(segment.fd, segment.size);
      throw error;
    }
    segment.events += events.length;
    return events.map(({ message: { length } }) => {
      const at = segment.size + HEAD_BYTES;
      segment.size = at + length;
      return { segment, at, length };
    });
  }

  /** The message of an event of the newest two files. */
  read({ segment, at, length }: Place): Buffer {
    const message = Buffer.allocUnsafeSlow(length);
    fs.readSync(segment.fd, message, 0, length, at);
    return message;
  }

  close(): void {
    for (const { fd } of this.#segments) fs.closeSync(fd);
    this.#segments = [];
  }

  #segmentFor(sequenceNumber: number): Segment {
    const newest = this.#segments.at(-1);
    if (newest && newest.events < this.#eventsPerSegment) return newest;
    const segment = open(path.join(this.#dir, String(sequenceNumber).padStart(20, '0') + EXTENSION));
    for (const old of this.#segments.slice(0, -1)) {
      fs.closeSync(old.fd);
      fs.rmSync(old.file);
    }
    this.#segments = [...this.#segments.slice(-1), segment];
    return segment;
  }
}

function open(file: string): Segment {
  return { file, fd: fs.openSync(file, 'a+'), size: 0, events: 0 };
}

function encode(event: StoredEvent): Buffer[] {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(POSITION_BYTES + event.message.length, 0);
  head.writeBigInt64BE(BigInt(event.sequenceNumber), 8);
  head.writeBigInt64BE(BigInt(event.offset), 16);
  head.writeBigInt64BE(BigInt(event.enqueuedAt), 24);
  head.writeUInt32BE(crc32(event.message, crc32(head.subarray(FRAME_BYTES))), 4);
  return [head, event.message];
}

function decode(file: FileWindow, at: number): StoredEvent | undefined {
  const frame = file.read(at, FRAME_BYTES);
  const content = frame && file.read(at + FRAME_BYTES, frame.readUInt32BE(0));
  if (!content || content.length < POSITION_BYTES || crc32(content) !== frame.readUInt32BE(4)) return undefined;
  return {
    sequenceNumber: Number(content.readBigInt64BE(0)),
    offset: Number(content.readBigInt64BE(8)),
    enqueuedAt: Number(content.readBigInt64BE(16)),
    message: content.subarray(POSITION_BYTES),
  };
}
