import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { FeedPosition } from '@rollcall/client';
import { z } from 'zod';
import { ArgumentInvalid } from './failures.ts';

const Position = z.record(z.string().regex(/^\d{1,9}$/), z.string().regex(/^\d{1,19}$/));

/** Where a feed stands, kept in a file: JSON, the next offset of each partition. */
export class PositionFile {
  #written = '';

  constructor(private readonly file: string) {}

  /** Undefined if there is no such file yet. Throws ArgumentInvalid if it cannot be read, or holds something else. */
  read(): FeedPosition | undefined {
    try {
      return Position.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch (error) {
      const { code = 'it holds no position' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw new ArgumentInvalid(`cannot use ${this.file}: ${code}; name a new file, or one that watch has written`);
    }
  }

  /** Whenever it is read, it holds the old position or the new one. Throws ArgumentInvalid if it cannot be written. */
  write(position: FeedPosition): void {
    const content = `${JSON.stringify(position)}\n`;
    if (content === this.#written) return;
    try {
      writeFileSync(`${this.file}.new`, content);
      renameSync(`${this.file}.new`, this.file);
    } catch (error) {
      throw new ArgumentInvalid(`cannot write ${this.file}: ${(error as NodeJS.ErrnoException).code}; name a file that can be written`);
    }
    this.#written = content;
  }
}
