/** What keeps this process from doing its work right now, a line each: empty means ready. */
export class Readiness {
  readonly #obstacles = new Map<unknown, string>();
  readonly #checks = new Set<() => Iterable<string>>();

  /** Shows `obstacle` until its key is cleared. Two keys with one text are one line, which stays until both are cleared. */
  block(obstacle: string, key: unknown = obstacle): void {
    this.#obstacles.set(key, obstacle);
  }

  clear(key: unknown): void {
    this.#obstacles.delete(key);
  }

  /** Asks `obstacles` whenever somebody looks, so that what it says cannot be out of date. */
  check(obstacles: () => Iterable<string>): void {
    this.#checks.add(obstacles);
  }

  get obstacles(): readonly string[] {
    const found = [...this.#checks].flatMap((check) => [...check()]);
    return [...new Set([...this.#obstacles.values(), ...found])].sort();
  }
}
