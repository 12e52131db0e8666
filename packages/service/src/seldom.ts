/** Between two log lines that say the same, in milliseconds. */
const REPEATED_AFTER = 60_000;
/** Texts that are remembered. */
const MOST = 1_000;

/** Keeps what repeats itself out of the log. */
export class Seldom {
  readonly #said = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Whether this was not said within the last minute. */
  isDue(what: string): boolean {
    const now = this.now();
    const before = this.#said.get(what);
    if (before !== undefined && now - before < REPEATED_AFTER) return false;
    this.#said.delete(what);
    this.#said.set(what, now);
    const [oldest] = this.#said.keys();
    if (this.#said.size > MOST && oldest !== undefined) this.#said.delete(oldest);
    return true;
  }
}
