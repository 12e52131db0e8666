/** Lets tasks run at the same time as long as they weigh no more than `most` together. One that is heavier by itself runs alone. In order. */
export class WeightLimit {
  #weight = 0;
  readonly #waiting: { readonly weight: number; readonly begin: () => void }[] = [];

  constructor(private readonly most: number) {}

  async run<T>(weight: number, task: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#fits(weight)) {
      await new Promise<void>((begin) => this.#waiting.push({ weight, begin }));
    } else this.#weight += weight;
    try {
      return await task();
    } finally {
      this.#weight -= weight;
      for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.weight); next = this.#waiting[0]) {
        this.#waiting.shift();
        this.#weight += next.weight;
        next.begin();
      }
    }
  }

  #fits(weight: number): boolean {
    return this.#weight === 0 || this.#weight + weight <= this.most;
  }
}
