/** How fast events may be folded, and how fast they are. */
export class Pace {
  readonly #began = Date.now();
  #events = 0;

  /** `rate`: at most so many events per second; default: as fast as it goes. */
  constructor(private readonly rate = Number.POSITIVE_INFINITY) {}

  get events(): number {
    return this.#events;
  }

  /** Events per second so far. */
  get average(): number {
    return this.#events / Math.max((Date.now() - this.#began) / 1000, 0.001);
  }

  /** How long to wait after so many more events, in milliseconds. */
  after(events: number): number {
    this.#events += events;
    return Math.max(0, (this.#events / this.rate) * 1000 - (Date.now() - this.#began));
  }
}
