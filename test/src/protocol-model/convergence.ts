import type { Bound } from './bound.ts';
import { encode } from './encoding.ts';
import { isWhole } from './invariants.ts';
import type { Protocol } from './protocol.ts';
import type { State } from './state.ts';
import { soloStep } from './steps.ts';
import type { Step } from './turn.ts';

/** More steps than any owner needs from anywhere; who has not come to rest by then never does. */
const LONGEST_WAY = 100;

/** Lets an owner run on alone, from every state where the other is quiet (it may crash anywhere, so none is left out). */
export class Convergence {
  readonly #good = new Set<string>();

  readonly #protocol: Protocol;
  readonly #bound: Bound;

  constructor(protocol: Protocol, bound: Bound) {
    this.#protocol = protocol;
    this.#bound = bound;
  }

  holds(state: State, key: string): boolean {
    const me = loneOwner(state);
    if (me === undefined || this.#good.has(key)) return true;
    const way = [key];
    let current = state;
    for (let count = 0; count < LONGEST_WAY; count++) {
      const next = soloStep(this.#protocol, this.#bound, current, me);
      if (!next && !isWhole(current, this.#bound.log)) return false;
      if (!next) return this.#remember(way);
      current = next.after;
      const passed = encode(current, this.#protocol.compare === 'watermark');
      if (this.#good.has(passed)) return this.#remember(way);
      way.push(passed);
    }
    return false;
  }

  /** The steps of the way that `holds` found wrong, as far as it comes to rest or where it has been. */
  failure(state: State): Step[] {
    const me = loneOwner(state) ?? 0;
    const way: Step[] = [];
    const passed = new Set<string>();
    for (let next = soloStep(this.#protocol, this.#bound, state, me); next; next = soloStep(this.#protocol, this.#bound, next.after, me)) {
      way.push(next);
      const key = encode(next.after, this.#protocol.compare === 'watermark');
      if (passed.has(key)) break;
      passed.add(key);
    }
    return way;
  }

  #remember(way: readonly string[]): true {
    for (const key of way) this.#good.add(key);
    return true;
  }
}

function loneOwner({ owners }: State): 0 | 1 | undefined {
  if (owners[1].phase === 'quiet') return 0;
  return owners[0].phase === 'quiet' ? 1 : undefined;
}
