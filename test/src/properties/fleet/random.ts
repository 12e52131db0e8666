/** Draws that repeat with their seed (mulberry32), so that a fleet can be simulated again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Evenly in [from, to). */
  between(from: number, to: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return from + (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (to - from);
  }

  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** Exponentially distributed: what has no memory, such as how long a connection lasts. */
  around(mean: number): number {
    return -mean * Math.log(1 - this.between(0, 1));
  }

  oneOf<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.between(0, choices.length))] ?? choices[0];
  }
}
