import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

/** What a part writes, in `<data folder>/logs/<part>.log`; what it wrote in the run before that is kept as `<part>.log.1`. */
export class PartLog {
  readonly file: string;

  constructor(dataDir: string, name: string) {
    const dir = path.join(dataDir, 'logs');
    mkdirSync(dir, { recursive: true });
    this.file = path.join(dir, `${name}.log`);
    if (existsSync(this.file)) renameSync(this.file, `${this.file}.1`);
  }

  /** Its length in bytes: where the next line begins. */
  get end(): number {
    return existsSync(this.file) ? statSync(this.file).size : 0;
  }

  since(start: number): string {
    return existsSync(this.file) ? readFileSync(this.file).subarray(start).toString() : '';
  }

  lastLines(count: number): string[] {
    return this.since(0).trimEnd().split('\n').slice(-count);
  }
}
