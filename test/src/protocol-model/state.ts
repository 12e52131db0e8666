/** A model of the projector's protocol for one partition: two owners, two clients, every interleaving, breadth first.
 *
 *        Kafka                                        Redis, the partition's slot
 *   rollcall.events   0 1 2 ...                   a ── snapshot of client 0
 *   rollcall.changes  ┐                           b ── snapshot of client 1
 *   rollcall.state    ├ one transaction           meta ── watermark | restoring | none, chain
 *   committed offset  ┘                           (and an older copy of all that)
 *          │ epoch: one owner is `current`               │ chain: what an owner last left there
 *          └───────────── owner A · owner B ─────────────┘
 *
 *   take-over   quiet ─Fence─► takingOver ─Claim─► takingOver ─ReadCommitted─► ready
 *                                                   or, W unusable, ─► wiping ─Wipe…─► restoring ─Restore…─► ready
 *   CatchUp     ready ─Take, Load, Fold─► applying ─ApplySome… ApplyLast─► ready          below C: nothing is derived
 *   cycle       ready ─Take, Load, Fold─► folded ─Commit─► applying ─ApplySome… ApplyLast─► ready
 *               or, while a backlog is worked off,         folded ─Take, Load, Fold─► folded
 *   Doubt       from anywhere to quiet: a compare that fails (IdleCheck, and before each load and write), a fenced producer, a crash
 *
 *  An owner acts on what it remembers and on what a step reads, never on what the other is doing. It may stop between any two steps for any
 *  time; both may believe that they are assigned, which is more than a consumer group allows. What is merely late (a request in flight when
 *  its owner died) is an owner that paused before that step and crashed after it.
 *
 *  history.ts what happened and its fold · state.ts, encoding.ts the state · protocol.ts the choices · take-over.ts, cycle.ts, batch.ts the
 *  steps of an owner · kafka.ts, scripts.ts what they do to Kafka and Redis · faults.ts the world · invariants.ts, convergence.ts what must
 *  hold · search.ts, trace.ts the exploration · bound.ts, mutations.ts, main.ts what is explored. */

import type { ClientId, Snapshot } from './history.ts';

/** No committed offset in the group; no watermark in Redis. */
export const NONE = -1;
export const RESTORING = -2;

/** Redis has no chain. */
export const UNCLAIMED = 0;

/** One record of rollcall.changes. */
export interface Change {
  readonly offset: number;
  readonly snapshot: Snapshot;
}

/** One record of rollcall.state; its position is that of the snapshot. */
export interface StateRecord {
  readonly client: ClientId;
  readonly snapshot: Snapshot;
}

/** What a read-committed reader sees. A transaction becomes visible whole, in one step; until then it is its owner's phase `folded`. */
export interface Kafka {
  logStart: number;
  committed: number;
  changes: readonly Change[];
  table: readonly StateRecord[];
}

/** `watermark` is an offset, RESTORING or NONE. `chain` is one number for `nonce:counter`: each write makes one never seen before, which is
 *  exact, since only the owner of a nonce counts it up and its own count only rises. */
export interface Redis {
  readonly clients: readonly [Snapshot, Snapshot];
  readonly watermark: number;
  readonly chain: number;
}

export const EMPTY_REDIS: Redis = { clients: [0, 0], watermark: NONE, chain: UNCLAIMED };

export const PHASES = [
  'quiet', // not assigned, crashed, or in doubt: nothing in memory
  'takingOver', // `at` steps of the take-over are done
  'wiping', // `at` scripts of the wipe are done
  'restoring', // `at` clients are restored
  'ready', // at `next`, no batch in hand; catching up while `next` < `target`
  'compared', // only where chain and clients are read apart
  'folded', // all of [next, to) is loaded and folded, and waits for its transaction
  'offsetPending', // only where the offset is outside the transaction
  'applying', // `at` scripts of the batch are applied
  'retrying', // only where a batch outlives its producer
] as const;
export type Phase = (typeof PHASES)[number];

/** A process that has, or believes it has, the partition. */
export interface Owner {
  readonly phase: Phase;
  readonly at: number;
  /** Its producer has the newest epoch of the transactional.id. */
  readonly current: boolean;
  /** What it last left in Redis. */
  readonly chain: number;
  /** Where it stands: the offset that Redis' watermark has, as far as it knows. */
  readonly next: number;
  /** The committed offset as it read it, then moved by itself: below it nothing is derived. */
  readonly target: number;
  readonly to: number;
  readonly cache: readonly [Snapshot, Snapshot];
  /** What was folded and is not in Redis yet; 0 for the others. */
  readonly staged: readonly [Snapshot, Snapshot];
  /** What the transaction will add to rollcall.changes. */
  readonly derived: readonly Change[];
}

export const QUIET: Owner = {
  phase: 'quiet',
  at: 0,
  current: false,
  chain: UNCLAIMED,
  next: NONE,
  target: NONE,
  to: NONE,
  cache: [0, 0],
  staged: [0, 0],
  derived: [],
};

/** How often each fault may still strike. Crashes, pauses, doubts and lost responses are not counted: they may strike without end. */
export interface Faults {
  emptied: number;
  rolledBack: number;
  logCut: number;
  offsetLost: number;
}

export interface State {
  readonly kafka: Kafka;
  redis: Redis;
  /** An older copy that Redis may be rolled back to. */
  copy: Redis | undefined;
  /** The newest snapshots that a reader was shown in this history of Redis, which ends where Redis itself loses writes. */
  shown: readonly [Snapshot, Snapshot];
  readonly owners: [Owner, Owner];
  readonly faults: Faults;
}

export function initialState(faults: Faults): State {
  return {
    kafka: { logStart: 0, committed: NONE, changes: [], table: [] },
    redis: EMPTY_REDIS,
    copy: undefined,
    shown: [0, 0],
    owners: [QUIET, QUIET],
    faults: { ...faults },
  };
}

/** A state of its own to be changed by one step; the parts that steps replace whole are shared. */
export function successorOf(state: State): State {
  return {
    kafka: { ...state.kafka },
    redis: state.redis,
    copy: state.copy,
    shown: state.shown,
    owners: [state.owners[0], state.owners[1]],
    faults: { ...state.faults },
  };
}

/** A watermark is shown: a reader may take what it finds for the truth. */
export function isShown(redis: Redis): boolean {
  return redis.watermark >= 0;
}
