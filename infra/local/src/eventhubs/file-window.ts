import fs from 'node:fs';

const BYTES_AT_ONCE = 1024 * 1024;

/** Reads a file from its beginning to its end in few reads, and never holds all of it. */
export class FileWindow {
  readonly #fd: number;
  readonly #size: number;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(fd: number) {
    this.#fd = fd;
    this.#size = fs.fstatSync(fd).size;
  }

  /** Undefined if the file ends before. */
  read(at: number, length: number): Buffer | undefined {
    if (at + length > this.#size) return undefined;
    if (at < this.#start || at + length > this.#start + this.#bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(Math.max(length, BYTES_AT_ONCE), this.#size - at));
      this.#bytes = bytes.subarray(0, fs.readSync(this.#fd, bytes, 0, bytes.length, at));
      this.#start = at;
    }
    return this.#bytes.subarray(at - this.#start, at - this.#start + length);
  }
}
