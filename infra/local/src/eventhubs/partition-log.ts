import { RecentMessages, type Remembering } from './recent-messages.ts';
import { positionBeyondEnd } from './refusals.ts';
import { type EventPosition, type Place, Segments, type StoredEvent } from './segments.ts';

/** Where a receiver begins. `inclusive` also takes the event that is there itself. */
export type StartPosition =
  | { readonly from: 'latest' }
  | { readonly from: 'offset' | 'sequenceNumber' | 'enqueuedAt'; readonly value: number; readonly inclusive: boolean };

/** Bytes of messages that an event hub keeps in memory. */
export const MEMORY = 128 * 1024 * 1024;

interface Entry extends EventPosition, Remembering {
  readonly place: Place;
}

/** The events of one partition: numbered, bounded, all of them on disk and the newest in memory. */
export class PartitionLog {
  readonly #segments: Segments;
  readonly #recent: RecentMessages;
  /** An event is at its sequence number modulo the length. */
  readonly #ring: (Entry | undefined)[];
  readonly #listeners = new Set<() => void>();
  #first = 0;
  #next = 0;

  /** @param retainedEvents how many events are kept; older ones are dropped
   *  @param recent shared by the partitions of an event hub */
  constructor(dir: string, retainedEvents: number, recent: RecentMessages = new RecentMessages(MEMORY)) {
    this.#recent = recent;
    this.#segments = new Segments(dir, retainedEvents);
    this.#ring = new Array(retainedEvents);
    for (const { position, place } of this.#segments.load()) {
      if (position.sequenceNumber !== this.#next) this.#first = position.sequenceNumber;
      this.#keep(position, place);
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

  get last(): EventPosition | undefined {
    return this.#entry(this.#next - 1);
  }

  /** Undefined if it is dropped or still to come. */
  read(sequenceNumber: number): StoredEvent | undefined {
    const entry = this.#entry(sequenceNumber);
    if (!entry) return undefined;
    const { offset, enqueuedAt, message = this.#segments.read(entry.place) } = entry;
    return { sequenceNumber, offset, enqueuedAt, message };
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
      const position = this.#entry(middle)?.[start.from] ?? 0;
      if (position > start.value || (start.inclusive && position === start.value)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Once it returns, the events outlive the process. All of them are kept, or, when it throws, none. */
  append(messages: readonly Buffer[], now: number): void {
    const previous = this.#entry(this.#next - 1);
    const enqueuedAt = Math.max(now, previous?.enqueuedAt ?? 0);
    let offset = previous ? previous.offset + previous.place.length : 0;
    const events = messages.map((message, index) => {
      const event = { sequenceNumber: this.#next + index, offset, enqueuedAt, message };
      offset += message.length;
      return event;
    });
    const places = this.#segments.append(events);
    for (const [index, event] of events.entries()) this.#recent.keep(this.#keep(event, places[index] as Place), event.message);
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

  #entry(sequenceNumber: number): Entry | undefined {
    return sequenceNumber >= this.#first && sequenceNumber < this.#next ? this.#ring[sequenceNumber % this.#ring.length] : undefined;
  }

  #keep({ sequenceNumber, offset, enqueuedAt }: EventPosition, place: Place): Entry {
    const entry: Entry = { sequenceNumber, offset, enqueuedAt, place, message: undefined };
    const index = sequenceNumber % this.#ring.length;
    const dropped = this.#ring[index];
    if (dropped) this.#recent.forget(dropped);
    this.#ring[index] = entry;
    this.#next = sequenceNumber + 1;
    this.#first = Math.max(this.#first, this.#next - this.#ring.length);
    return entry;
  }
}
