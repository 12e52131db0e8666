/** What keeps this process from doing its work right now: empty means ready. */
export class Readiness {
  readonly #obstacles = new Set<string>();

  block(obstacle: string): void {
    this.#obstacles.add(obstacle);
  }

  clear(obstacle: string): void {
    this.#obstacles.delete(obstacle);
  }

  get obstacles(): readonly string[] {
    return [...this.#obstacles].sort();
  }
}
