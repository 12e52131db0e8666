/** The protocol as choices, so that a mutation is one choice made wrong. */
export interface Protocol {
  /** Without `Fence` a take-over claims with the epoch it finds, and nobody is fenced. */
  readonly takeOver: readonly ('Fence' | 'Claim' | 'ReadCommitted')[];
  readonly offsetsInTransaction: boolean;
  readonly applyAfterCommit: boolean;
  /** What a script compares with what this owner left there, before it reads or writes. */
  readonly compare: 'chain' | 'watermark' | 'nothing';
  readonly loadComparesInOneStep: boolean;
  readonly idleCheck: boolean;
  /** After a commit of unknown outcome: keep the batch, initialise the producer, commit the batch again. */
  readonly retryAcrossInit: boolean;
  readonly watermarkSetBy: 'last script' | 'first script';
  readonly wipeMarksRestoring: boolean;
  /** A restore that finds a record at or above the committed offset it read. */
  readonly recordAhead: 'doubt' | 'drop' | 'keep';
  readonly cacheOutlivesDoubt: boolean;
  /** Whether a transaction may go on to the next batch; and whether Load finds what it has folded, or what Redis still has. */
  readonly takesMore: boolean;
  readonly loadsWhatIsStaged: boolean;
}

export const PROTOCOL: Protocol = {
  takeOver: ['Fence', 'Claim', 'ReadCommitted'],
  offsetsInTransaction: true,
  applyAfterCommit: true,
  compare: 'chain',
  loadComparesInOneStep: true,
  idleCheck: true,
  retryAcrossInit: false,
  watermarkSetBy: 'last script',
  wipeMarksRestoring: true,
  recordAhead: 'keep',
  cacheOutlivesDoubt: false,
  takesMore: true,
  loadsWhatIsStaged: true,
};
