import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Ledger } from './ledger.ts';
import type { LifeCycleEvent } from './life-cycle-event.ts';

/** Rewritten once it has grown to this many bytes, and fourfold. */
const WORTH_COMPACTING = 16 * 1024 * 1024;

export class JournalBroken extends Error {
  override readonly name = 'JournalBroken';
}

/** Every event before it is published, in a file of JSON lines, and how many of them Event Hubs has acknowledged. What is written survives
 *  the death of the process, not that of the machine. Appending is synchronous, so the order of the lines is that of the occurrences. */
export class Journal {
  readonly #file: string;
  #descriptor: number;
  #bytes = 0;
  #compactedBytes = 0;
  #acknowledged = 0;
  /** All that the ledger needs; ends with `unacknowledged`. */
  readonly past: readonly LifeCycleEvent[];
  readonly unacknowledged: readonly LifeCycleEvent[];

  /** Throws JournalBroken if a line other than a torn last one cannot be read. */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.#file = path.join(dir, 'journal.ndjson');
    const { settled, unacknowledged } = this.#compact();
    this.past = [...settled, ...unacknowledged];
    this.unacknowledged = unacknowledged;
    this.#descriptor = openSync(this.#file, 'a');
  }

  append(events: readonly LifeCycleEvent[]): void {
    if (events.length > 0) this.#write(events);
  }

  /** The next `count` events, in the order of appending, need not be sent again. */
  acknowledge(count: number): void {
    this.#acknowledged += count;
    this.#write([{ acknowledged: this.#acknowledged }]);
    if (this.#bytes > Math.max(WORTH_COMPACTING, 4 * this.#compactedBytes)) {
      closeSync(this.#descriptor);
      this.#compact();
      this.#descriptor = openSync(this.#file, 'a');
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(lines: readonly object[]): void {
    const bytes = Buffer.from(textOf(lines));
    this.#bytes += bytes.length;
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
  }

  #compact(): { settled: LifeCycleEvent[]; unacknowledged: LifeCycleEvent[] } {
    const { events, acknowledged } = existsSync(this.#file) ? read(this.#file) : { events: [], acknowledged: 0 };
    const ledger = new Ledger();
    for (const event of events.slice(0, acknowledged)) ledger.apply(event);
    const settled = ledger.events();
    const unacknowledged = events.slice(acknowledged);
    const text = textOf([...settled, { acknowledged: settled.length }, ...unacknowledged]);
    const temporary = `${this.#file}.new`;
    const descriptor = openSync(temporary, 'w');
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, this.#file);
    this.#acknowledged = settled.length;
    this.#bytes = this.#compactedBytes = Buffer.byteLength(text);
    return { settled, unacknowledged };
  }
}

function textOf(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function read(file: string): { events: LifeCycleEvent[]; acknowledged: number } {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop(); // what follows the last line feed: nothing, or a torn line
  const events: LifeCycleEvent[] = [];
  let acknowledged = 0;
  for (const [index, text] of lines.entries()) {
    const line = parse(text);
    if (line === undefined) throw new JournalBroken(`${file}: line ${index + 1} cannot be read; move the file away to start afresh`);
    if ('acknowledged' in line) acknowledged = line.acknowledged;
    else events.push(line);
  }
  return { events, acknowledged };
}

function parse(line: string): LifeCycleEvent | { acknowledged: number } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
