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

/** Kafka answers, but not yet: a leader is being elected, or not all brokers have heard of it. kafkajs does not wait for each of these, and not long
 *  for the others. */
export function isPassing(error: unknown): boolean {
  const root = rootOf(error);
  return isAnswer(root) && root.retriable === true;
}

/** Kafka answers that it will not: no permission, a group that works in another way. */
export function isRefusal(error: unknown): boolean {
  const root = rootOf(error);
  return isAnswer(root) && root.retriable === false;
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return root;
}

function isAnswer(error: unknown): error is Error & { readonly retriable?: unknown } {
  return error instanceof BrokersDisagree || (error instanceof Error && error.name === 'KafkaJSProtocolError');
}

/** No majority of the brokers names the same leader, or the one that they name cannot be reached: another one will lead soon. */
export class BrokersDisagree extends Error {
  override readonly name = 'BrokersDisagree';
  readonly retriable = true;
  constructor(why = 'the brokers do not agree yet on who leads') {
    super(why);
  }
}

/** The topics have another number of partitions than this program was told: clients would be written where nobody looks for them. */
export class TopicsDiffer extends Error {
  override readonly name = 'TopicsDiffer';
  readonly retryable = false;
}

/** Records from a position on are gone: the log was cut before they were read. */
export class LogCut extends Error {
  override readonly name = 'LogCut';
  readonly retryable = false;
  constructor(
    readonly topic: string,
    readonly partition: number,
    /** The first offset that is missing. */
    readonly from: bigint,
    /** The first offset that is still there. */
    readonly start: bigint,
  ) {
    super(`${topic} ${partition} was cut: offsets ${from} to ${start - 1n} are gone, it begins with ${start}`);
  }
}

/** No position of this log: it has no such partition, or has not come so far. Most likely that of another log. */
export class PositionUnknown extends Error {
  override readonly name = 'PositionUnknown';
  readonly retryable = false;
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: bigint,
    /** Undefined: there is no such partition. */
    readonly end: bigint | undefined,
  ) {
    const found = end === undefined ? 'there is no such partition' : `it ends at ${end}`;
    super(`${topic} ${partition} has no position ${offset}: ${found}. Was the position saved from another log?`);
  }
}
