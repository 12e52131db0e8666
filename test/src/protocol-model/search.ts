import type { Bound } from './bound.ts';
import { Convergence } from './convergence.ts';
import { decode, encode } from './encoding.ts';
import { brokenIn, CONVERGES, type Invariant } from './invariants.ts';
import type { Protocol } from './protocol.ts';
import { initialState } from './state.ts';
import { allSteps } from './steps.ts';
import type { Step } from './turn.ts';

export interface Violation {
  readonly broken: Invariant;
  /** A shortest way from the start to the violation. */
  readonly trace: readonly Step[];
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  readonly violation?: Violation;
}

/** Visits every state that can be reached within the bound, nearest first, until one breaks one of the invariants. */
export function explore(protocol: Protocol, bound: Bound, invariants: readonly Invariant[]): Explored {
  const chainsRecur = protocol.compare === 'watermark';
  const convergence = invariants.includes(CONVERGES) ? new Convergence(protocol, bound) : undefined;
  // A Set hands out its members in the order they came, those that come meanwhile included: the frontier and the seen in one.
  const seen = new Set([encode(initialState(bound.faults), chainsRecur)]);
  const parents = [-1];
  let states = 0;
  let transitions = 0;
  for (const key of seen) {
    const state = decode(key);
    const broken = brokenIn(state, bound.log, invariants) ?? (convergence?.holds(state, key) === false ? CONVERGES : undefined);
    if (broken) {
      const trace = replay(protocol, bound, wayTo(states, [...seen], parents));
      if (broken === CONVERGES) trace.push(...(convergence?.failure(trace.at(-1)?.after ?? state) ?? []));
      return { states: states + 1, transitions, violation: { broken, trace } };
    }
    for (const { after } of allSteps(protocol, bound, state)) {
      transitions++;
      const before = seen.size;
      seen.add(encode(after, chainsRecur));
      if (seen.size > before) parents.push(states);
    }
    states++;
  }
  return { states, transitions };
}

function wayTo(index: number, keys: readonly string[], parents: readonly number[]): string[] {
  const way: string[] = [];
  for (let at = index; at > 0; at = parents[at] ?? 0) way.unshift(keys[at] ?? '');
  return way;
}

/** Goes the way again from the start, so that each owner keeps its name. */
function replay(protocol: Protocol, bound: Bound, way: readonly string[]): Step[] {
  const trace: Step[] = [];
  let state = initialState(bound.faults);
  for (const key of way) {
    const taken = allSteps(protocol, bound, state).find(({ after }) => encode(after, protocol.compare === 'watermark') === key);
    if (!taken) throw new Error('a state was reached by no step: the encoding takes different states for one');
    trace.push(taken);
    state = taken.after;
  }
  return trace;
}
