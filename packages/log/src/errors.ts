/** Kafka cannot be reached, or refuses. `retryable`: the same call may succeed later. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
  constructor(
    doing: string,
    readonly retryable: boolean,
    cause: unknown,
  ) {
    super(`cannot ${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The topics have another number of partitions than this program was told: clients would be written where nobody looks for them. */
export class TopicsDiffer extends Error {
  override readonly name = 'TopicsDiffer';
  readonly retryable = false;
}
