import type { ReceivedEventData } from '@azure/event-hubs';

/** The largest event that Event Hubs takes outside its dedicated tier, in bytes. What is asked for may be as large. */
const LARGEST_EVENT = 1_048_576;
/** What an event takes beside its body while it waits, in bytes: objects and times of the SDK. Measured with events of 600 bytes. */
const PER_EVENT = 4_096;
/** Events that are asked for, of all partitions together; fewer where larger ones have come. All may turn out to be the largest, so this bounds what
 *  comes over the limit then. */
const MOST_UNDER_WAY = 160;
/** How many small events in a row allow one more to be asked for. */
const EVIDENCE = 4;
/** What small events prove is forgotten when nothing has come for so long, in milliseconds. */
const FORGOTTEN_AFTER = 4_000;
/** What is asked for counts as this part of the limit at most, as long as small events come: the rest is for those that wait. */
const PART_UNDER_WAY = 1 / 4;

/** Bounds what all partitions together have read ahead, in bytes. Event Hubs is asked for a number of events, whose sizes nobody knows before they come.
 *  So each one asked for counts as the largest at first. As long as small ones come, it counts as less and less, and more are asked for, up to 160;
 *  when none come, all but the first few are not asked for any more. What has come counts as what it takes, until it is safe. */
export class ReadAhead {
  readonly partitions = new Set<PartitionReadAhead>();
  /** Partitions of the hub, all of which may come to be this process's. */
  expected = 1;
  /** Events that have come since the last one that was not small. */
  #small = 0;
  #seenAt = 0;
  #largest = LARGEST_EVENT;

  constructor(
    private readonly limit: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Of one partition, until it is closed. */
  open(): PartitionReadAhead {
    const partition = new PartitionReadAhead(this);
    this.partitions.add(partition);
    return partition;
  }

  /** Bytes that wait or are being written. */
  get held(): number {
    let held = 0;
    for (const partition of this.partitions) held += partition.held;
    return held;
  }

  seen(bytes: number): void {
    const isSmall = bytes <= (this.limit * PART_UNDER_WAY) / MOST_UNDER_WAY;
    this.#small = isSmall ? this.#proof + 1 : 0;
    this.#seenAt = this.now();
    if (bytes > this.#largest) this.#largest = bytes;
  }

  /** Whether nothing comes. */
  get isIdle(): boolean {
    return this.now() - this.#seenAt >= FORGOTTEN_AFTER;
  }

  /** How many small events in a row have come, as far as they still prove anything. */
  get #proof(): number {
    return this.isIdle ? 0 : this.#small;
  }

  /** Of how many events all partitions together may ask. */
  get #underWay(): number {
    const least = Math.floor(this.limit / this.#largest);
    const most = Math.floor((MOST_UNDER_WAY * LARGEST_EVENT) / this.#largest);
    return Math.min(Math.max(most, least), least + Math.floor(this.#proof / EVIDENCE));
  }

  /** Of how many events a partition asks when nothing waits. */
  get share(): number {
    return Math.max(1, Math.floor(this.#underWay / Math.max(this.expected, this.partitions.size)));
  }

  /** Of how many events a partition may ask in all. One that holds nothing may always ask for one, so that none ever starves. */
  creditOf(partition: PartitionReadAhead): number {
    const perEvent = (this.limit / this.#underWay) * (this.#proof < EVIDENCE ? 1 : PART_UNDER_WAY);
    let room = this.limit;
    for (const each of this.partitions) room -= each.held + (each === partition ? 0 : each.credit * perEvent);
    const least = partition.held === 0 ? 1 : 0;
    return Math.max(least, Math.min(this.share, Math.floor(room / perEvent)));
  }
}

/** What one partition holds and asks for. The SDK's receiver causes the first three. */
export class PartitionReadAhead {
  /** Events that are asked for and have not come. */
  credit = 0;
  #waiting = 0;
  #taken = 0;

  constructor(private readonly all: ReadAhead) {}

  get held(): number {
    return this.#waiting + this.#taken;
  }

  opened(): void {
    this.#waiting = 0;
    this.credit = 0;
  }

  arrived(event: ReceivedEventData): void {
    const bytes = sizeOf(event);
    this.#waiting += bytes;
    this.all.seen(bytes);
  }

  more(credit: number): number {
    this.credit = credit;
    // Only while nothing comes: what is under way already would come without being asked for.
    if (this.all.isIdle && credit > this.all.share) {
      this.credit = this.all.share;
      return this.credit - credit;
    }
    // Each time costs a frame, and events that come in small portions cost more: half of the share at a time.
    const portion = this.all.share / 2;
    if (credit > portion) return 0;
    const more = this.all.creditOf(this) - credit;
    if (more <= 0 || (more < portion && this.held > 0)) return 0;
    this.credit = credit + more;
    return more;
  }

  /** The events do not wait any more: they are in hand, for as long as it takes to make them safe. */
  take(events: readonly ReceivedEventData[]): void {
    const bytes = total(events);
    this.#waiting = Math.max(0, this.#waiting - bytes);
    this.#taken += bytes;
  }

  /** These are safe, or will be read again: they are not held any more. */
  release(events: readonly ReceivedEventData[]): void {
    this.#taken -= total(events);
  }

  close(): void {
    this.all.partitions.delete(this);
  }
}

/** Bytes that an event holds, about. */
function sizeOf(event: ReceivedEventData): number {
  return PER_EVENT + contentOf(event);
}

/** Bytes of its body and properties. */
export function contentOf({ body, properties }: Pick<ReceivedEventData, 'body' | 'properties'>): number {
  let bytes = lengthOf(body);
  for (const name in properties) bytes += lengthOf(properties[name]);
  return bytes;
}

function lengthOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? '').length : 0;
}

function total(events: readonly ReceivedEventData[]): number {
  let bytes = 0;
  for (const event of events) bytes += sizeOf(event);
  return bytes;
}
