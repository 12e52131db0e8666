/** There is a generation beside the active one already. */
export class GenerationBusy extends Error {
  override readonly name = 'GenerationBusy';
  constructor(other: number, active: number) {
    const why = other > active ? `generation ${other} was built and not switched to` : `generation ${other} is kept for a rollback`;
    super(`${why}: drop it first (rollcall rebuild drop), or switch to it`);
  }
}

/** A rebuild that was interrupted had begun by other settings. */
export class GenerationBegunOtherwise extends Error {
  override readonly name = 'GenerationBegunOtherwise';
  constructor(generation: number) {
    super(`generation ${generation} was begun with other settings of the fold: drop it first (rollcall rebuild drop), or go on with those`);
  }
}

/** There is no generation of which this could be done. */
export class NothingToSwitchTo extends Error {
  override readonly name = 'NothingToSwitchTo';
  constructor(doing: string) {
    super(`there is no other generation to ${doing}: see rollcall rebuild status`);
  }
}

/** Somebody else took over what this rebuild was writing, or Redis lost writes. */
export class RebuildInterrupted extends Error {
  override readonly name = 'RebuildInterrupted';
  readonly retryable = true;
  constructor(generation: number, cause: unknown) {
    super(`generation ${generation} was taken over by another rebuild, or Redis lost writes: run it again to go on`, { cause });
  }
}

/** Readers would go backwards. */
export class SnapshotsBehindActive extends Error {
  override readonly name = 'SnapshotsBehindActive';
  readonly retryable = true;
  constructor(generation: number, partitions: readonly number[]) {
    super(`generation ${generation} is behind the active one in partition ${partitions.join(', ')}: run rollcall rebuild again, or wait`);
  }
}
