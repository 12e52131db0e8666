import type { Verdict } from '../verdict.ts';
import { World, type WorldOptions } from '../world.ts';
import type { Scenario } from './scenario.ts';

export interface Told {
  readonly verdict: Verdict;
  /** From the end of the story until all was quiet, in ms. */
  readonly healed: number;
}

export interface TellerOptions extends WorldOptions {
  /** Whether the data and the logs of what went wrong are kept. Default: true. */
  readonly keepEvidence?: boolean;
}

/** Tells scenarios one after the other on one stack, and holds each outcome against the fold. */
export class Teller implements AsyncDisposable {
  #world: World | undefined;

  constructor(private readonly options: TellerOptions) {}

  /** What does not come to rest is a violation, too. After one, the next scenario gets another stack. */
  async tell(scenario: Scenario): Promise<Told> {
    const world = await this.#worldOf(scenario);
    let stuck: string | undefined;
    let healed = Number.NaN;
    try {
      await scenario.run(world);
      await world.traffic.flush();
      healed = await world.quiet();
      await world.stopServices();
    } catch (error) {
      stuck = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const verdict = await world.verdict();
    const violations = [...(stuck === undefined ? [] : [stuck]), ...verdict.violations];
    if (violations.length > 0) {
      const keep = this.options.keepEvidence ?? true;
      if (keep) violations.push(`evidence: ${world.dataDir}`);
      this.#world = undefined;
      await world.end({ keep });
    }
    return { verdict: { ...verdict, violations }, healed };
  }

  /** Stories of as many brokers share a stack. */
  async #worldOf({ brokers = 1 }: Scenario): Promise<World> {
    if (this.#world !== undefined && this.#world.brokers !== brokers) {
      await this.#world.end();
      this.#world = undefined;
    }
    this.#world ??= await World.start({ ...this.options, brokers });
    return this.#world;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world?.end();
  }
}
