/** Least time between two commits, in milliseconds. */
const INTERVAL = 1_000;

/** What a member of a group has consumed, committed from time to time: at least once, whatever becomes of a commit. */
export class Commits {
  readonly #due = new Map<number, bigint>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /** Commits next offsets, by partition. */
  constructor(private readonly commit: (offsets: ReadonlyMap<number, bigint>) => Promise<void>) {}

  /** Everything of the partition below `next` is done with. */
  consumed(partition: number, next: bigint): void {
    this.#due.set(partition, next);
    this.#timer ??= setTimeout(() => void this.flush(), INTERVAL);
  }

  /** The partitions are now these, with what is committed of them: nothing of others is due, and nothing below that. */
  assigned(partitions: readonly number[], committed: ReadonlyMap<number, bigint>): void {
    for (const [partition, next] of this.#due) {
      if (!partitions.includes(partition) || next <= (committed.get(partition) ?? -1n)) this.#due.delete(partition);
    }
  }

  /** Commits what is due. What cannot be committed stays due. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(() => this.#commitDue());
    return this.#running;
  }

  /** Commits what is due, and waits for no more until something is consumed again. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #commitDue(): Promise<void> {
    const offsets = new Map(this.#due);
    if (offsets.size === 0) return;
    try {
      await this.commit(offsets);
      for (const [partition, next] of offsets) if (this.#due.get(partition) === next) this.#due.delete(partition);
    } catch {
      // The group is rebalancing, or Kafka cannot be reached: a later commit says it too.
      this.#timer ??= setTimeout(() => void this.flush(), INTERVAL);
    }
  }
}
