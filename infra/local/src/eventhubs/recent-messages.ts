/** What has a message, in memory or only on disk. */
export interface Remembering {
  message: Buffer | undefined;
}

/** Keeps the newest messages of all partitions of an event hub in memory, up to a number of bytes. Readers that are up to date, as most
 *  are, need no disk. */
export class RecentMessages {
  readonly #maxBytes: number;
  readonly #kept = new Set<Remembering>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** For the newest event: sets its message, and takes that of older events away where there is no room. */
  keep(event: Remembering, message: Buffer): void {
    event.message = message;
    this.#kept.add(event);
    this.#bytes += message.length;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.forget(oldest);
    }
  }

  forget(event: Remembering): void {
    if (!this.#kept.delete(event)) return;
    this.#bytes -= event.message?.length ?? 0;
    event.message = undefined;
  }
}
