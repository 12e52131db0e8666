import { positionBeyondEnd } from './refusals.ts';
import { Segments, type StoredEvent } from './segments.ts';

/** Where a receiver begins. `inclusive` also takes the event that is there itself. */
export type StartPosition =
  | { readonly from: 'latest' }
  | { readonly from: 'offset' | 'sequenceNumber' | 'enqueuedAt'; readonly value: number; readonly inclusive: boolean };

/** The events of one partition: numbered, bounded, kept in memory and on disk. */
export class PartitionLog {
  readonly #segments: Segments;
  /** An event is at its sequence number modulo the length. */
  readonly #ring: (StoredEvent | undefined)[];
  readonly #listeners = new Set<() => void>();
  #first = 0;
  #next = 0;

  /** @param retainedEvents how many events are kept; older ones are dropped */
  constructor(dir: string, retainedEvents: number) {
    this.#segments = new Segments(dir, retainedEvents);
    this.#ring = new Array(retainedEvents);
    for (const event of this.#segments.load()) {
      if (event.sequenceNumber !== this.#next) this.#first = event.sequenceNumber;
      this.#keep(event);
    }
  }

  /** The oldest retained sequence number; equals `next` if there is none. */
  get first(): number {
    return this.#first;
  }

  /** The sequence number of the next event. */
  get next(): number {
    return this.#next;
  }

  get last(): StoredEvent | undefined {
    return this.read(this.#next - 1);
  }

  /** Undefined if it is dropped or still to come. */
  read(sequenceNumber: number): StoredEvent | undefined {
    return sequenceNumber >= this.#first && sequenceNumber < this.#next ? this.#ring[sequenceNumber % this.#ring.length] : undefined;
  }

  /** The sequence number a receiver begins with: never that of a dropped event.
   *  Throws Refused for an offset or a sequence number after the last event's. That one itself is allowed, inclusive or not, and so
   *  is any time. Source: the tests of github.com/spotflow-io/in-memory-azure-test-sdk, which are run against Azure, too */
  resolve(start: StartPosition): number {
    if (start.from === 'latest') return this.#next;
    if (start.from !== 'enqueuedAt') {
      const last = this.last?.[start.from] ?? -1;
      if (start.value > last) throw positionBeyondEnd(start.from, start.value, last);
    }
    let low = this.#first;
    let high = this.#next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const position = this.read(middle)?.[start.from] ?? 0;
      if (position > start.value || (start.inclusive && position === start.value)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Once it returns, the events outlive the process. All of them are kept, or, when it throws, none. */
  append(messages: readonly Buffer[], now: number): void {
    const previous = this.last;
    const enqueuedAt = Math.max(now, previous?.enqueuedAt ?? 0);
    let offset = previous ? previous.offset + previous.message.length : 0;
    const events = messages.map((message, index) => {
      const event = { sequenceNumber: this.#next + index, offset, enqueuedAt, message };
      offset += message.length;
      return event;
    });
    this.#segments.append(events);
    for (const event of events) this.#keep(event);
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each append until the returned function is called. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#segments.close();
  }

  #keep(event: StoredEvent): void {
    this.#ring[event.sequenceNumber % this.#ring.length] = event;
    this.#next = event.sequenceNumber + 1;
    this.#first = Math.max(this.#first, this.#next - this.#ring.length);
  }
}
