import { apply, commit, commitOffset, idleCheck, initAndRetry, loadClients, take, takeMore } from './cycle.ts';
import { restore, takeOver, wipe } from './take-over.ts';
import type { Step, Turn } from './turn.ts';

/** Every next step this owner may take; it takes none of them while it is paused. */
export function ownerSteps(turn: Turn): Step[] {
  switch (turn.owner.phase) {
    case 'quiet':
    case 'takingOver':
      return takeOver(turn);
    case 'wiping':
      return wipe(turn);
    case 'restoring':
      return restore(turn);
    case 'ready':
      return [...idleCheck(turn), ...take(turn)];
    case 'compared':
      return loadClients(turn);
    case 'folded':
      return [...idleCheck(turn), ...commit(turn), ...takeMore(turn)];
    case 'offsetPending':
      return commitOffset(turn);
    case 'applying':
      return apply(turn);
    case 'retrying':
      return initAndRetry(turn);
  }
}
