import { setTimeout as sleep } from 'node:timers/promises';
import { type EventHubConsumerClient, earliestEventPosition, type ReceivedEventData } from '@azure/event-hubs';
import type { Start } from './hub-life.ts';
import type { PartitionReadAhead } from './read-ahead.ts';

const MOST_AT_ONCE = 500;
/** How long a receive waits for the first event, in seconds. */
const RECEIVE_WAITS = 5;
/** Event Hubs opens a link that it refuses, and then ends it with the reason. What it has not ended for so long, in milliseconds, is read. */
const LINK_REFUSED_WITHIN = 1_000;
/** How long the end of a link may take, in milliseconds: one that hangs ends when the next one takes its place. */
const LINK_ENDS_WITHIN = 5_000;

export interface LinkOptions {
  readonly client: EventHubConsumerClient;
  readonly partitionId: string;
  readonly start: Start;
  readonly ahead: PartitionReadAhead;
  /** Whether a link that is not refused at once counts as read; else only what was received does. */
  readonly settles: boolean;
  /** Takes a batch, until it is safe or nobody wants it any more. What it throws ends the link. */
  readonly process: (events: ReceivedEventData[], isOpen: () => boolean) => Promise<void>;
  /** Event Hubs has answered: with events, of which this is the last, without any, or by not refusing the link. */
  readonly received: (last: ReceivedEventData | undefined) => void;
}

/** One subscription to one Event Hubs partition, from its start to its first error. Nothing is taken from it after that. */
export class HubLink {
  readonly #ended = Promise.withResolvers<void>();
  #isOpen = true;

  constructor(private readonly options: LinkOptions) {
    this.#ended.promise.catch(() => {});
  }

  /** Ends it with this error. */
  fail(error: Error): void {
    this.#ended.reject(error);
  }

  /** Resolves when `signal` ends it, and rejects with what else does. */
  async run(signal: AbortSignal): Promise<void> {
    const { ahead } = this.options;
    let settling: NodeJS.Timeout | undefined;
    const subscription = this.#subscribe(() => {
      ahead.opened();
      if (this.options.settles) settling ??= setTimeout(() => this.#received(undefined), LINK_REFUSED_WITHIN);
    });
    const stop = () => this.#ended.resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await this.#ended.promise;
    } finally {
      this.#isOpen = false;
      clearTimeout(settling);
      signal.removeEventListener('abort', stop);
      await Promise.race([subscription.close(), sleep(LINK_ENDS_WITHIN, undefined, { ref: false })]);
      ahead.opened();
    }
  }

  #subscribe(opened: () => void) {
    const { client, partitionId, start, ahead } = this.options;
    return client.subscribe(
      partitionId,
      { processEvents: (events) => this.#process(events), processError: async (error) => this.fail(error) },
      {
        startPosition: start.from === 'after' ? { offset: start.position.offset } : earliestEventPosition,
        skipParsingBodyAsJson: true,
        maxBatchSize: MOST_AT_ONCE,
        maxWaitTimeInSeconds: RECEIVE_WAITS,
        readAhead: { opened, arrived: (event) => ahead.arrived(event), more: (credit) => ahead.more(credit) },
      },
    );
  }

  async #process(events: ReceivedEventData[]): Promise<void> {
    // Whatever throws here stops the SDK's receiver: a batch that nobody takes must not be skipped.
    if (!this.#isOpen) throw new Error(`partition ${this.options.partitionId} has no reader`);
    // It is emptied by whoever takes it.
    const last = events.at(-1);
    try {
      if (events.length > 0) await this.options.process(events, () => this.#isOpen);
      this.#received(last);
    } catch (error) {
      this.#ended.reject(error);
      throw new Error('the batch is not safe', { cause: error });
    }
  }

  #received(last: ReceivedEventData | undefined): void {
    if (this.#isOpen) this.options.received(last);
  }
}
