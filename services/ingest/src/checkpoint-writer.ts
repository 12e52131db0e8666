import { setTimeout as sleep } from 'node:timers/promises';
import { type HubPosition, mayReplace } from './hub-life.ts';
import type { HubStore, StoredCheckpoint } from './hub-store.ts';

const FIRST_WAIT = 200;
const LONGEST_WAIT = 5_000;
/** How long the last checkpoint may hold up the end of a partition's reader, in milliseconds. */
const LAST_WITHIN = 5_000;

export interface CheckpointWriterOptions {
  readonly store: HubStore;
  readonly partitionId: string;
  /** Least time between two checkpoints, in milliseconds. */
  readonly interval: number;
  readonly onWritten: (position: HubPosition) => void;
  /** Called for each attempt that fails. It is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Writes the checkpoints of one partition beside its reader, which never waits for it: one at a time, always the newest. Never over one that is
 *  further on in the same life of the hub, whoever wrote it; never after `close`. */
export class CheckpointWriter {
  /** What the next checkpoint is written over. */
  #etag: string | undefined;
  /** What the next checkpoint must not fall below. */
  #floor: HubPosition | undefined;
  #next: HubPosition | undefined;
  #writing: Promise<void> | undefined;
  readonly #ended = new AbortController();
  readonly #aborted = new AbortController();

  constructor(private readonly options: CheckpointWriterOptions) {}

  /** What is stored. */
  async read(): Promise<StoredCheckpoint | undefined> {
    const { store, partitionId } = this.options;
    const stored = await store.readCheckpoint(partitionId);
    this.#etag = stored?.etag;
    this.#floor = stored;
    return stored;
  }

  /** What `read` gave last belongs to another life: the next checkpoint takes its place, however low it is. */
  startAgain(): void {
    this.#floor = undefined;
    this.#next = undefined;
  }

  /** The newest position before which everything is safe. */
  offer(position: HubPosition): void {
    if (this.#ended.signal.aborted) return;
    this.#next = position;
    this.#writing ??= this.#work();
  }

  /** Writes nothing from now on. With `last`, what was offered is written first, if the storage answers in time. */
  async close({ last }: { readonly last: boolean }): Promise<void> {
    this.#ended.abort();
    if (!last) this.#aborted.abort();
    const late = setTimeout(() => this.#aborted.abort(), LAST_WITHIN);
    await this.#writing;
    if (last) await this.#write().catch(this.options.onFailure);
    clearTimeout(late);
    this.#aborted.abort();
  }

  async #work(): Promise<void> {
    for (let failures = 0; this.#next !== undefined && !this.#ended.signal.aborted; ) {
      try {
        await this.#write();
        failures = 0;
        await this.#pause(this.options.interval);
      } catch (error) {
        if (!this.#aborted.signal.aborted) this.options.onFailure(error);
        await this.#pause(Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT));
      }
    }
    // Here, not in a later turn: what is offered in between would wait for the next offer.
    this.#writing = undefined;
  }

  async #write(): Promise<void> {
    const { store, partitionId, onWritten } = this.options;
    const position = this.#next;
    while (position !== undefined && !this.#aborted.signal.aborted) {
      if (!mayReplace(position, this.#floor)) break;
      const etag = await store.writeCheckpoint(partitionId, position, this.#etag, this.#aborted.signal);
      if (etag !== undefined) {
        this.#etag = etag;
        this.#floor = position;
        onWritten(position);
        break;
      }
      const known = this.#etag;
      await this.read();
      if (this.#etag === known) throw new Error('the storage refuses a checkpoint, though nobody else has written one');
    }
    if (this.#next === position) this.#next = undefined;
  }

  /** Ends early when the writer is closed. */
  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#ended.signal }).catch(() => {});
  }
}
