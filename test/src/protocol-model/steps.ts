import type { Bound } from './bound.ts';
import { crash, environmentSteps } from './faults.ts';
import { ownerSteps } from './owner.ts';
import type { Protocol } from './protocol.ts';
import { isShown, type State } from './state.ts';
import { type Step, Turn } from './turn.ts';

export const OWNER_NAMES = ['A', 'B'] as const;

/** Every step that can be next. */
export function allSteps(protocol: Protocol, bound: Bound, state: State): Step[] {
  const first = new Turn(protocol, bound, state, 0);
  const second = new Turn(protocol, bound, state, 1);
  const owners = [first, second].flatMap((turn) => [...ownerSteps(turn), ...crash(turn)].map((step) => named(step, turn.me)));
  return [...owners, ...environmentSteps(state)].map(observed);
}

/** The next step of an owner that is alone and left in peace; undefined where it has come to rest. */
export function soloStep(protocol: Protocol, bound: Bound, state: State, me: 0 | 1): Step | undefined {
  const [step] = ownerSteps(new Turn(protocol, bound, state, me));
  return step && observed(named(step, me));
}

function named({ step, after }: Step, me: 0 | 1): Step {
  return { step: `${OWNER_NAMES[me]}: ${step}`, after };
}

/** A reader that polls all the while takes note of what it is shown. */
function observed(taken: Step): Step {
  const { redis, shown } = taken.after;
  if (!isShown(redis)) return taken;
  const noted = [shown[0] | redis.clients[0], shown[1] | redis.clients[1]] as const;
  return noted[0] === shown[0] && noted[1] === shown[1] ? taken : { step: taken.step, after: { ...taken.after, shown: noted } };
}
