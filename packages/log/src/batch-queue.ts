import type { LogRecord } from './record.ts';

/** Read ahead of whoever iterates: at most so many batches beyond the first, and bytes beyond the first batch. */
const MAX_BATCHES = 8;
const MAX_BYTES = 16 * 1_048_576;

/** How often a group is told that its member still lives, at the least, in milliseconds. */
const SIGN_OF_LIFE = 500;

/** Records of one partition that follow each other, as they were read. */
export interface StreamedBatch {
  readonly partition: number;
  /** Committed records only: may be none. */
  readonly records: readonly LogRecord[];
  /** Where the next one begins, past records of control. */
  readonly next: bigint;
  /** From here on, nothing was found up to this batch: it was compacted, or cut. */
  readonly gap?: bigint;
}

/** Batches on their way from the Kafka client to whoever iterates, who sets the pace. */
export class BatchQueue {
  #waiting: { readonly batch: StreamedBatch; readonly bytes: number }[] = [];
  #bytes = 0;
  #closed = false;
  #failure: Error | undefined;
  #arrived = () => {};
  #taken = () => {};

  /** Resolves when there is room for more. Rejects as `heartbeat` does, which is called while there is none. */
  async add(batch: StreamedBatch, heartbeat: () => Promise<void>): Promise<void> {
    this.put(batch);
    while ((this.#waiting.length > MAX_BATCHES || this.#bytes > MAX_BYTES) && this.#waiting.length > 1 && !this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SIGN_OF_LIFE);
        this.#taken = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      await heartbeat();
    }
  }

  /** Adds without waiting. */
  put(batch: StreamedBatch): void {
    const bytes = batch.records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
    this.#waiting.push({ batch, bytes });
    this.#bytes += bytes;
    this.#arrived();
  }

  /** The next batch, when there is one; undefined when the queue is closed. `taken` is told of it before anything else can happen.
   *  Throws what the queue failed with. */
  async take(taken: (batch: StreamedBatch) => void): Promise<StreamedBatch | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#bytes -= next.bytes;
        taken(next.batch);
        this.#taken();
        return next.batch;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Forgets what is waiting: it will be read again. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
    this.#taken();
  }

  /** Nothing more will come; what is waiting may still be taken. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#arrived();
  }

  close(): void {
    this.#closed = true;
    this.#arrived();
    this.#taken();
  }
}
