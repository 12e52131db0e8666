/** Control packet types of MQTT 3.1.1, section 2.2.1. */
const CONNECT = 1;
const DISCONNECT = 14;
const FROM_CLIENTS = new Set([CONNECT, 3, 4, 5, 6, 7, 8, 10, 12, DISCONNECT]);
const LONGEST_LENGTH_BYTES = 4;

/** What must be the last a client sends: its DISCONNECT, or something a server may not go on after. */
export type LastWord = 'disconnect' | 'violation';

/** Follows the packets in what a client sends, without taking them apart: type, order and length only. */
export class FrameScanner {
  readonly #maxPacketBytes: number;
  #packets = 0;
  #type: number | undefined;
  #flags = 0;
  #length = 0;
  #lengthBytes = 0;
  #bodyLeft = 0;
  #lastWord: LastWord | undefined;

  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  get lastWord(): LastWord | undefined {
    return this.#lastWord;
  }

  /** A packet that is too long is a violation as soon as its length is known. */
  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#lastWord === undefined) {
      if (this.#bodyLeft > 0) {
        const skipped = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (this.#type === undefined) this.#begin(byte);
      else this.#lengthen(byte);
    }
  }

  #begin(byte: number): void {
    this.#type = byte >> 4;
    this.#flags = byte & 0x0f;
    this.#length = 0;
    this.#lengthBytes = 0;
  }

  #lengthen(byte: number): void {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++;
    const more = byte >= 0x80;
    if (more && this.#lengthBytes < LONGEST_LENGTH_BYTES) return;
    if (more || !this.#allowed()) this.#lastWord = 'violation';
    else if (this.#type === DISCONNECT) this.#lastWord = 'disconnect';
    this.#packets++;
    this.#bodyLeft = this.#length;
    this.#type = undefined;
  }

  #allowed(): boolean {
    if (this.#type === undefined || !FROM_CLIENTS.has(this.#type) || this.#length > this.#maxPacketBytes) return false;
    if ((this.#type === CONNECT) !== (this.#packets === 0)) return false;
    return this.#type !== DISCONNECT || (this.#flags === 0 && this.#length === 0);
  }
}
