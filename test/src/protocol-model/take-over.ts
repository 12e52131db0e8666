import { CLIENTS, type ClientId, positionOf, type Snapshot, UNSEEN } from './history.ts';
import { committedOffset, fence } from './kafka.ts';
import { claim, mark, matches, put, write } from './scripts.ts';
import { type Owner, successorOf } from './state.ts';
import type { Step, Turn } from './turn.ts';

/** Fence, Claim, ReadCommitted, in the protocol's order; then Wipe and Restore, or CatchUp, or straight on from C. */
export function takeOver(turn: Turn): Step[] {
  const { protocol, state, me, owner } = turn;
  const after = successorOf(state);
  const further: Owner = { ...owner, phase: 'takingOver', at: owner.at + 1 };
  const step = protocol.takeOver[owner.at];
  switch (step) {
    case 'Fence':
      fence(after, me);
      return [turn.step(step, decided(turn, { ...further, current: true }), after)];
    case 'Claim': {
      const { chain, watermark } = claim(protocol, after);
      return [turn.step(step, decided(turn, { ...further, chain, next: watermark }), after)];
    }
    case 'ReadCommitted':
      return [turn.step(step, decided(turn, { ...further, target: committedOffset(state.kafka) }), after)];
    default:
      throw new Error(`a take-over has no step ${owner.at}`);
  }
}

/** Where a take-over goes once it knows the watermark and the committed offset. */
function decided(turn: Turn, owner: Owner): Owner {
  if (owner.at < turn.protocol.takeOver.length) return owner;
  const watermark = owner.next;
  const unusable = watermark < 0 || watermark > owner.target || watermark < turn.state.kafka.logStart;
  return { ...owner, phase: unusable ? 'wiping' : 'ready', at: 0 };
}

/** Deletes the partition's keys, a script for each client; the first one marks `restoring`. */
export function wipe(turn: Turn): Step[] {
  const { protocol, state, owner } = turn;
  if (!matches(protocol, state.redis, owner.chain)) return [turn.doubt('Wipe: not as left, Doubt')];
  const after = successorOf(state);
  const marked = owner.at === 0 && protocol.wipeMarksRestoring ? mark() : {};
  const chain = write(protocol, after, { ...marked, ...put(state.redis, owner.at as ClientId, UNSEEN) });
  const last = owner.at + 1 === CLIENTS.length;
  const progress = last ? ({ phase: 'restoring', at: 0 } as const) : { at: owner.at + 1 };
  return [turn.step('Wipe', { ...owner, ...progress, chain }, after)];
}

/** Puts back from rollcall.state, a script for each client; the last one sets the watermark. Compaction leaves a client's last record and
 *  may have taken any before it. A record at or above C shows that another owner has committed since C was read. */
export function restore(turn: Turn): Step[] {
  const { protocol, state, owner } = turn;
  if (!matches(protocol, state.redis, owner.chain)) return [turn.doubt('Restore: not as left, Doubt')];
  const client = owner.at as ClientId;
  const snapshots = state.kafka.table.filter((record) => record.client === client).map((record) => record.snapshot);
  const below = snapshots.filter((snapshot) => positionOf(snapshot) < owner.target);
  if (below.length === snapshots.length || protocol.recordAhead === 'keep') {
    return [restored(turn, 'Restore', client, snapshots.at(-1) ?? UNSEEN)];
  }
  if (protocol.recordAhead === 'doubt') return [turn.doubt('Restore: a record ahead, Doubt')];
  return [
    restored(turn, 'Restore, dropping', client, below.at(-1) ?? UNSEEN),
    restored(turn, 'Restore, dropping, compacted', client, UNSEEN),
  ];
}

function restored(turn: Turn, step: string, client: ClientId, snapshot: Snapshot): Step {
  const { protocol, state, owner } = turn;
  const after = successorOf(state);
  const last = client + 1 === CLIENTS.length;
  const chain = write(protocol, after, { ...put(state.redis, client, snapshot), ...(last ? { watermark: owner.target } : {}) });
  const progress = last ? ({ phase: 'ready', at: 0, next: owner.target } as const) : { at: owner.at + 1 };
  return turn.step(step, { ...owner, ...progress, chain }, after);
}
