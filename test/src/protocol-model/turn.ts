import type { Bound } from './bound.ts';
import type { Protocol } from './protocol.ts';
import { type Owner, QUIET, type State, successorOf } from './state.ts';

/** One step, by its name in the protocol, and the state after it. */
export interface Step {
  readonly step: string;
  readonly after: State;
}

/** One owner's turn to take a step. */
export class Turn {
  readonly protocol: Protocol;
  readonly bound: Bound;
  readonly state: State;
  readonly me: 0 | 1;
  readonly owner: Owner;

  constructor(protocol: Protocol, bound: Bound, state: State, me: 0 | 1) {
    this.protocol = protocol;
    this.bound = bound;
    this.state = state;
    this.me = me;
    this.owner = state.owners[me];
  }

  /** The owner becomes this; `after` holds what else the step changes. */
  step(step: string, owner: Owner, after = successorOf(this.state)): Step {
    after.owners[this.me] = owner;
    return { step, after };
  }

  /** Discards producer, cache and the batch in hand; a crash leaves the same. */
  doubt(because: string): Step {
    const cache = this.protocol.cacheOutlivesDoubt ? this.owner.cache : QUIET.cache;
    return this.step(because, cache[0] + cache[1] === 0 ? QUIET : { ...QUIET, cache });
  }
}
