import type { Sender } from 'rhea';
import { encodeLong, encodeString, encodeTimestamp } from './encoded-value.ts';
import { annotate, ENQUEUED_TIME, OFFSET, SEQUENCE_NUMBER } from './message.ts';
import type { PartitionLog } from './partition-log.ts';
import { type FlowState, unsentBytes } from './rhea-extensions.ts';
import type { StoredEvent } from './segments.ts';

/** How many events a reader sends before others get their turn. */
const EVENTS_PER_TURN = 256;

/** Of what the socket, or rhea for one reader, may hold: the reader waits while it is more. In bytes. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

const STANDARD_FORMAT = 0;

/** Sends the events of one partition to one receiver, in order, as fast as its credit and socket take them. */
export class Reader {
  readonly #link: FlowState;
  readonly #log: PartitionLog;
  readonly #unsubscribe: () => void;
  #next: number;
  /** The link's delivery count once rhea has transferred all it was given. */
  #handedOver = 0;
  /** Bytes given to rhea since it last had transferred all. It keeps them while the client's session has no room for them. */
  #held = 0;
  #scheduled = false;
  #draining = false;
  #closed = false;

  /** @param start the sequence number to begin with */
  constructor(link: Sender, log: PartitionLog, start: number) {
    this.#link = link as FlowState;
    this.#log = log;
    this.#next = start;
    this.#unsubscribe = log.onAppend(() => this.wake());
  }

  /** To be called whenever there may be something to send and room for it. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#sendSome();
    });
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
  }

  /** The receiver wants its credit back once it has what there is. */
  drain(): void {
    this.#draining = true;
    this.wake();
  }

  #sendSome(): void {
    if (this.#link.delivery_count >= this.#handedOver) this.#held = 0;
    this.#handedOver = Math.max(this.#handedOver, this.#link.delivery_count);
    for (let turn = 0; turn < EVENTS_PER_TURN; turn++) {
      if (!this.#hasRoom()) return;
      if (this.#held > MAX_UNSENT_BYTES) {
        // rhea transfers after the turn; where it cannot, the next turn comes when the client's session has room again.
        if (turn > 0) this.wake();
        return;
      }
      this.#next = Math.max(this.#next, this.#log.first);
      const event = this.#log.read(this.#next);
      if (!event) {
        this.#endDrain();
        return;
      }
      this.#link.send(positioned(event), undefined, STANDARD_FORMAT);
      this.#held += event.message.length;
      this.#handedOver++;
      this.#next++;
    }
    this.wake();
  }

  #endDrain(): void {
    if (this.#draining) this.#link.set_drained(true);
    this.#draining = false;
  }

  /** rhea counts credit down only when it transfers, and throws when its session's buffer is full. */
  #hasRoom(): boolean {
    const { credit, delivery_count, connection } = this.#link;
    return this.#link.sendable() && this.#handedOver < delivery_count + credit && unsentBytes(connection) < MAX_UNSENT_BYTES;
  }
}

function positioned(event: StoredEvent): Buffer {
  return annotate(
    event.message,
    new Map([
      [SEQUENCE_NUMBER, encodeLong(event.sequenceNumber)],
      [OFFSET, encodeString(String(event.offset))],
      [ENQUEUED_TIME, encodeTimestamp(event.enqueuedAt)],
    ]),
  );
}
