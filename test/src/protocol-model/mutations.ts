import { type Bound, KAFKA_LOSES, REDIS_EMPTIED, REDIS_LOSES } from './bound.ts';
import { CONVERGES, type Invariant } from './invariants.ts';
import type { Protocol } from './protocol.ts';

/** The protocol with a choice made otherwise. */
export interface Variant {
  readonly name: string;
  readonly choice: Partial<Protocol>;
  readonly bound: Bound;
}

export interface Mutation extends Variant {
  /** The promise it breaks; often not the only one. */
  readonly breaks: Invariant;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'offsets outside the transaction',
    choice: { offsetsInTransaction: false },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes holds each change once, in order',
  },
  {
    name: 'apply before commit',
    choice: { applyAfterCommit: false },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes has no gap below the committed offset',
  },
  {
    name: 'no fencing: claim without a new epoch',
    choice: { takeOver: ['Claim', 'ReadCommitted'] },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes holds each change once, in order',
  },
  {
    name: 'fence after reading the committed offset',
    choice: { takeOver: ['ReadCommitted', 'Fence', 'Claim'] },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes holds each change once, in order',
  },
  {
    name: 'claim after reading the committed offset, records ahead of it dropped',
    choice: { takeOver: ['Fence', 'ReadCommitted', 'Claim'], recordAhead: 'drop' },
    bound: REDIS_LOSES,
    breaks: 'within one history of Redis no snapshot goes backwards',
  },
  {
    name: 'restore drops records ahead of the committed offset',
    choice: { recordAhead: 'drop' },
    bound: REDIS_EMPTIED,
    breaks: 'Redis shows no client older than its watermark',
  },
  {
    name: 'no chain compare',
    choice: { compare: 'nothing' },
    bound: REDIS_LOSES,
    breaks: 'within one history of Redis no snapshot goes backwards',
  },
  {
    name: 'chain compared by the value of the watermark',
    choice: { compare: 'watermark' },
    bound: REDIS_LOSES,
    breaks: 'within one history of Redis no snapshot goes backwards',
  },
  {
    name: 'load and chain read apart',
    choice: { loadComparesInOneStep: false, takesMore: false },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes holds each change once, in order',
  },
  { name: 'no idle check', choice: { idleCheck: false }, bound: REDIS_LOSES, breaks: CONVERGES },
  {
    name: 'a batch retried across an init',
    choice: { retryAcrossInit: true },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes holds each change once, in order',
  },
  {
    name: 'watermark set by the first script of a batch',
    choice: { watermarkSetBy: 'first script' },
    bound: REDIS_LOSES,
    breaks: 'Redis shows no client older than its watermark',
  },
  {
    name: 'wipe without marking restoring',
    choice: { wipeMarksRestoring: false },
    bound: KAFKA_LOSES,
    breaks: 'Redis shows no client older than its watermark',
  },
  {
    name: 'cache kept across a take-over',
    choice: { cacheOutlivesDoubt: true },
    bound: REDIS_LOSES,
    breaks: 'rollcall.changes holds each change once, in order',
  },
  {
    name: 'what is staged loaded from Redis, which is behind it',
    choice: { loadsWhatIsStaged: false },
    bound: REDIS_EMPTIED,
    breaks: 'rollcall.changes holds each change once, in order',
  },
];

/** Other choices that break nothing. */
export const EQUIVALENTS: readonly Variant[] = [
  { name: 'each batch is committed before the next is taken', choice: { takesMore: false }, bound: REDIS_EMPTIED },
  { name: 'restore doubts where a record is ahead of the committed offset', choice: { recordAhead: 'doubt' }, bound: REDIS_EMPTIED },
  { name: 'claim after reading the committed offset', choice: { takeOver: ['Fence', 'ReadCommitted', 'Claim'] }, bound: REDIS_EMPTIED },
];
