import type { ReceivedEventData } from '@azure/event-hubs';

/** The largest event that Event Hubs takes outside its dedicated tier, in bytes. What is asked for may be as large. */
const LARGEST_EVENT = 1_048_576;
/** What an event takes beside its body while it waits, in bytes: objects and times of the SDK. Measured with events of 600 bytes. */
const PER_EVENT = 4_096;
/** More at once bring nothing. */
const MOST_CREDIT = 500;

/** Bounds what all partitions together have read ahead, in bytes. Event Hubs is asked for a number of events, whose sizes nobody knows before they
 *  come, so each one asked for counts as the largest. What has come counts as what it takes, until it is safe. */
export class ReadAhead {
  readonly partitions = new Set<PartitionReadAhead>();
  /** Partitions of the hub, all of which may come to be this process's: what is asked for cannot be taken back for one that comes later. */
  expected = 1;
  #largest = LARGEST_EVENT;

  constructor(private readonly limit: number) {}

  /** Of one partition, until it is closed. */
  open(): PartitionReadAhead {
    const partition = new PartitionReadAhead(this);
    this.partitions.add(partition);
    return partition;
  }

  /** Bytes that wait or are being written, and events that are asked for. */
  get held(): number {
    let held = 0;
    for (const partition of this.partitions) held += partition.held;
    return held;
  }

  seen(bytes: number): void {
    if (bytes > this.#largest) this.#largest = bytes;
  }

  /** Of how many events a partition may ask in all. One that holds nothing may always ask for one, so that none ever starves. */
  creditOf(partition: PartitionReadAhead): number {
    let room = this.limit;
    for (const each of this.partitions) room -= each.held + (each === partition ? 0 : each.credit * this.#largest);
    const least = partition.held === 0 ? 1 : 0;
    return Math.max(least, Math.min(this.share, Math.floor(room / this.#largest)));
  }

  /** Of how many events a partition asks when nothing waits. */
  get share(): number {
    return Math.max(1, Math.min(MOST_CREDIT, Math.floor(this.limit / Math.max(this.expected, this.partitions.size) / this.#largest)));
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
    // Asking costs a frame: half of it at a time.
    if (credit > this.all.share / 2) return 0;
    const wanted = this.all.creditOf(this);
    if (credit > wanted / 2) return 0;
    this.credit = Math.max(credit, wanted);
    return this.credit - credit;
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
