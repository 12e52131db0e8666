import { EMPTY_REDIS, type Faults, NONE, type State, successorOf } from './state.ts';
import type { Step, Turn } from './turn.ts';

/** What the world may do between any two steps. A pause needs no step of its own: an owner that takes none is paused, and is a zombie if
 *  the other one took over meanwhile. */
export function environmentSteps(state: State): Step[] {
  const { kafka, redis, copy, faults } = state;
  const found: Step[] = [];
  if (faults.emptied > 0) {
    found.push(strike(state, 'Redis is emptied', 'emptied', { redis: EMPTY_REDIS, shown: [0, 0] }));
  }
  if (faults.rolledBack > 0 && !copy) found.push(strike(state, 'Redis is copied', 'rolledBack', { copy: redis }));
  if (copy) {
    found.push({
      step: 'Redis is rolled back to the copy',
      after: { ...successorOf(state), redis: copy, copy: undefined, shown: [0, 0] },
    });
  }
  for (let start = kafka.logStart + 1; faults.logCut > 0 && start <= kafka.committed; start++) {
    found.push(strike(state, `the log is cut below ${start}`, 'logCut', { kafka: { ...kafka, logStart: start } }));
  }
  if (faults.offsetLost > 0 && kafka.committed !== NONE) {
    found.push(strike(state, 'the group offset is lost', 'offsetLost', { kafka: { ...kafka, committed: NONE } }));
  }
  return found;
}

/** A crash forgets the same as a doubt. A crash right after a commit is also a commit whose response is lost. */
export function crash(turn: Turn): Step[] {
  return turn.owner.phase === 'quiet' ? [] : [turn.doubt('crash')];
}

function strike(state: State, step: string, fault: keyof Faults, change: Partial<State>): Step {
  const after = successorOf(state);
  return { step, after: { ...after, ...change, faults: { ...after.faults, [fault]: after.faults[fault] - 1 } } };
}
