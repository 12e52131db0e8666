import { setTimeout as sleep } from 'node:timers/promises';
import type { EventHubConsumerClient, ReceivedEventData } from '@azure/event-hubs';
import type { HubMessage } from '@rollcall/log';
import type { Logger, Seldom } from '@rollcall/service';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { type Extent, type HubPosition, type Start, startOf } from './hub-life.ts';
import { HubLink } from './hub-link.ts';
import { toMessage } from './hub-message.ts';
import type { HubStore } from './hub-store.ts';
import { type Gap, Numbering } from './numbering.ts';
import { contentOf, type PartitionReadAhead, type ReadAhead } from './read-ahead.ts';
import { isPositionRefused, isTaken, judge } from './remote-condition.ts';
import { slices } from './slices.ts';

/** What is routed and written at once, in bytes: it takes several times as much meanwhile. */
const BYTES_AT_ONCE = 2_097_152;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
/** A receive answers within 5 s, with events or without, and the hub is asked every 10 s: what has not been received for so long, in milliseconds, is
 *  not read. */
const SILENT_AFTER = 25_000;

export interface PartitionOptions {
  readonly client: EventHubConsumerClient;
  readonly store: HubStore;
  readonly readAhead: ReadAhead;
  /** Least time between two checkpoints, in milliseconds. */
  readonly checkpointInterval: number;
  /** Called for one batch at a time. Must not return before everything in it is safe. What it throws ends the reader, which begins again after
   *  what was safe. */
  readonly onBatch: (messages: readonly HubMessage[]) => Promise<void>;
  /** When Event Hubs last answered anything over this connection, in milliseconds since 1970. */
  readonly answeredAt: () => number;
  /** Asks the service now. */
  readonly extentOf: (partitionId: string) => Promise<Extent>;
  readonly events: PartitionEvents;
  readonly logger: Logger;
  readonly seldom: Seldom;
}

/** What happens to a partition, for whoever counts or decides. */
export interface PartitionEvents {
  /** Another consumer has taken the partition: it is closed. */
  taken(partitionId: string): void;
  anotherLife(): void;
  lost(events: number): void;
}

export interface PartitionStatus {
  readonly partitionId: string;
  readonly state: 'initialising' | 'reading' | 'closed';
  /** When Event Hubs was last asked for events and answered, with or without any. Milliseconds since 1970, as all times here. */
  readonly receivedAt: number | undefined;
  /** When the last event that was read had come into Event Hubs. */
  readonly lastEventAt: number | undefined;
  readonly checkpoint: { readonly sequenceNumber: number; readonly at: number } | undefined;
}

/** One Event Hubs partition, from the moment this process owns it until it does not.
 *
 *      initialising ──► reading ──► closed
 *           ▲              │
 *           └── any error ─┘   after a while, behind what is safe
 *
 *  The SDK's own processor goes on after errors that it does not report, and skips the batch whose handler failed. So this subscribes to the one
 *  partition, ends the subscription at the first error, and begins a new one where it knows that everything before is safe. */
export class HubPartition {
  #state: PartitionStatus['state'] = 'initialising';
  readonly #closing = new AbortController();
  readonly #checkpoints: CheckpointWriter;
  readonly #ahead: PartitionReadAhead;
  #running: Promise<void> = Promise.resolve();
  /** The batch in hand, until it is safe. */
  #inHand: Promise<void> = Promise.resolve();
  #busy = false;
  /** Everything up to here is in Kafka. */
  #safe: HubPosition | undefined;
  #refused = false;
  #link: HubLink | undefined;
  #readingFailure: string | undefined;
  #checkpointFailure: string | undefined;
  #life: string | undefined;
  #receivedAt: number | undefined;
  #lastEventAt: number | undefined;
  #checkpoint: PartitionStatus['checkpoint'];

  constructor(
    readonly id: string,
    private readonly options: PartitionOptions,
  ) {
    const { store, checkpointInterval: interval, logger, seldom, readAhead } = options;
    this.#ahead = readAhead.open();
    this.#checkpoints = new CheckpointWriter({
      ...{ store, partitionId: id, interval },
      onWritten: ({ sequenceNumber }) => {
        this.#checkpoint = { sequenceNumber, at: Date.now() };
        this.#checkpointFailure = undefined;
      },
      onFailure: (error) => {
        // Only costs events read twice: the next checkpoint covers this one.
        this.#checkpointFailure = judge(error).reason;
        if (seldom.isDue(`checkpoint ${this.#checkpointFailure}`)) {
          logger.warn({ partition: id, error: this.#checkpointFailure }, 'cannot write a checkpoint');
        }
      },
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends the reader. `given-up`: this process still owns the partition, waits for the batch in hand, and writes the last checkpoint. `lost`: another
   *  one owns it; nothing is written from now on. */
  async close(how: 'given-up' | 'lost'): Promise<void> {
    this.#closing.abort();
    if (how === 'lost') await this.#checkpoints.close({ last: false });
    await this.#running;
    if (how === 'given-up') {
      await this.#inHand;
      await this.#checkpoints.close({ last: true });
    }
    this.options.logger.info({ partition: this.id, how }, 'left an Event Hubs partition');
  }

  /** The service says that the hub was created at another time than when this began to read. */
  lifeIs(life: string | undefined): void {
    if (life === undefined || this.#life === undefined || life === this.#life) return;
    this.#link?.fail(new Error(`the event hub was created anew at ${life}`));
  }

  get status(): PartitionStatus {
    const { id: partitionId } = this;
    return { partitionId, state: this.#state, receivedAt: this.#receivedAt, lastEventAt: this.#lastEventAt, checkpoint: this.#checkpoint };
  }

  /** Why it is not read right now, if it is not. */
  whyNotRead(now: number): string | undefined {
    if (this.#state === 'closed') return undefined;
    if (this.#readingFailure !== undefined) return this.#readingFailure;
    if (this.#receivedAt === undefined) return 'not yet';
    // A batch in hand waits for Kafka, which says so itself.
    return this.#busy || now - this.#receivedAt < SILENT_AFTER ? undefined : 'Event Hubs does not answer';
  }

  /** Why its checkpoints cannot be written, if they cannot. */
  get whyNotCheckpointed(): string | undefined {
    return this.#state === 'closed' ? undefined : this.#checkpointFailure;
  }

  async #run(): Promise<void> {
    const { logger, seldom, events } = this.options;
    for (let failures = 0; !this.#closing.signal.aborted; ) {
      try {
        const start = await this.#findStart();
        if (this.#closing.signal.aborted) break;
        await this.#read(start, { settles: failures === 0 }, () => {
          logger.info({ partition: this.id, after: afterOf(start) }, 'reading an Event Hubs partition');
          failures = 0;
        });
      } catch (error) {
        if (this.#closing.signal.aborted) break;
        if (isTaken(error)) {
          this.#closing.abort();
          events.taken(this.id);
          break;
        }
        this.#state = 'initialising';
        if (isPositionRefused(error)) this.#refused = true;
        const { reason } = judge(error);
        this.#readingFailure = reason;
        if (seldom.isDue(`read ${reason}`)) logger.warn({ partition: this.id, error: reason }, 'cannot read an Event Hubs partition');
        await this.#unlessClosing(sleep(Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT), undefined, { ref: false }));
        // Two batches of a partition are never in hand at once.
        await this.#unlessClosing(this.#inHand);
      }
    }
    this.#state = 'closed';
    this.#ahead.close();
  }

  /** Resolves when `wait` does, or at once when this is closed. */
  async #unlessClosing(wait: Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const closed = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => closed.resolve(), { once: true });
    await Promise.race([wait, closed.promise]);
    closed.resolve();
  }

  /** After what is safe; else after the checkpoint; from the earliest event where there is none of this hub. */
  async #findStart(): Promise<Start> {
    const extent = await this.options.extentOf(this.id);
    const known = this.#safe ?? (await this.#checkpoints.read());
    const start = this.#refused && known !== undefined ? REFUSED : startOf(known, extent);
    this.#life = extent.life;
    if (start.from === 'earliest') this.#safe = undefined;
    if (start.from === 'earliest' && start.anotherLife !== undefined) {
      this.#checkpoints.startAgain();
      this.options.events.anotherLife();
      const fields = { partition: this.id, sign: start.anotherLife, was: known?.life, is: extent.life };
      this.options.logger.error(fields, 'the event hub is not the one of the checkpoint: reading from its earliest event');
    }
    this.#refused = false;
    return start;
  }

  /** Reads until an error or the end. */
  async #read(start: Start, { settles }: { readonly settles: boolean }, onReading: () => void): Promise<void> {
    const numbering = new Numbering(start);
    const link = new HubLink({
      client: this.options.client,
      partitionId: this.id,
      start,
      ahead: this.#ahead,
      settles,
      process: (events, isOpen) => this.#process(events, numbering, isOpen),
      received: (last) => {
        if (this.#state === 'initialising') onReading();
        this.#received(last);
      },
    });
    this.#link = link;
    try {
      await link.run(this.#closing.signal);
    } finally {
      this.#link = undefined;
    }
  }

  #received(last: ReceivedEventData | undefined): void {
    // An empty receive may come of a connection that died in silence: it proves no more than what the connection answered last.
    this.#receivedAt = last === undefined ? Math.max(this.#receivedAt ?? 0, this.options.answeredAt()) : Date.now();
    if (last !== undefined) this.#lastEventAt = last.enqueuedTimeUtc.getTime();
    this.#state = 'reading';
    this.#readingFailure = undefined;
  }

  #process(events: ReceivedEventData[], numbering: Numbering, isOpen: () => boolean): Promise<void> {
    // The SDK keeps its list until this returns: emptied, it keeps no event longer than we do.
    const batch = events.splice(0);
    const work = this.#makeSafe(batch, numbering, isOpen);
    this.#inHand = work.catch(() => {});
    return work;
  }

  async #makeSafe(batch: readonly ReceivedEventData[], numbering: Numbering, isOpen: () => boolean): Promise<void> {
    this.#ahead.take(batch);
    let released = 0;
    this.#busy = true;
    const life = this.#life;
    try {
      for (const slice of slices(batch, contentOf, BYTES_AT_ONCE)) {
        // What is not begun by now is read again, by whoever reads next.
        if (!isOpen()) break;
        this.#reportLoss(numbering.gaps(slice));
        await this.options.onBatch(slice.map((event) => toMessage(event, this.id)));
        this.#ahead.release(slice);
        released += slice.length;
        const last = slice.at(-1);
        if (last === undefined) continue;
        this.#safe = { sequenceNumber: last.sequenceNumber, offset: last.offset, life };
        this.#checkpoints.offer(this.#safe);
      }
    } finally {
      this.#busy = false;
      this.#ahead.release(batch.slice(released));
    }
  }

  /** Only what was numbered in one life of the hub can be missing: asks whether it is the same hub still. */
  #reportLoss(gaps: readonly Gap[]): void {
    if (gaps.length === 0) return;
    const { events, logger, extentOf } = this.options;
    const life = this.#life;
    void extentOf(this.id).then(
      (extent) => {
        if (life === undefined || extent.life !== life) return;
        for (const gap of gaps) {
          events.lost(gap.before - gap.after - 1);
          logger.error({ partition: this.id, ...gap }, 'events were lost: Event Hubs dropped them before they were read');
        }
      },
      (error) => logger.warn({ partition: this.id, gaps, error: judge(error).reason }, 'numbers are missing, of this hub or another one'),
    );
  }
}

function afterOf(start: Start): number | 'earliest' {
  return start.from === 'after' ? start.position.sequenceNumber : 'earliest';
}

const REFUSED: Start = { from: 'earliest', anotherLife: 'Event Hubs refuses the position of the checkpoint' };
