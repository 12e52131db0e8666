/** Whether somebody outside takes our partitions: a consumer that reads the same consumer group, and whose claims are not in our container. Times in
 *  milliseconds. */
export class Contention {
  readonly #unjudged = new Map<string, number>();
  #takenAt: number | undefined;
  readonly #partitions = new Set<string>();

  /** For how long after a partition was taken this counts as going on. */
  constructor(private readonly memory: number) {}

  /** The link of this partition was ended in favour of another consumer. */
  taken(partitionId: string, now: number): void {
    this.#unjudged.set(partitionId, now);
  }

  /** Whether it is not known yet who has taken it. */
  isOpen(partitionId: string): boolean {
    return this.#unjudged.has(partitionId);
  }

  /** Compares with who owns the partitions by our container, listed afterwards: another owner there is one of ours, and all is well. Gives the
   *  partitions that a stranger has taken. */
  judge(isMine: (partitionId: string) => boolean, now: number): readonly string[] {
    if (this.#takenAt !== undefined && now - this.#takenAt >= this.memory) {
      this.#takenAt = undefined;
      this.#partitions.clear();
    }
    const strangers = [...this.#unjudged.keys()].filter(isMine);
    this.#unjudged.clear();
    for (const partitionId of strangers) this.#partitions.add(partitionId);
    if (strangers.length > 0) this.#takenAt = now;
    return strangers;
  }

  /** Partitions that were taken by a stranger, while it goes on. */
  get partitions(): readonly string[] {
    return [...this.#partitions].sort();
  }
}
