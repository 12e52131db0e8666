import {
  type CheckpointStore,
  type EventHubConsumerClient,
  earliestEventPosition,
  type PartitionContext,
  type ReceivedEventData,
} from '@azure/event-hubs';
import type { HubMessage } from '@rollcall/log';
import type { Logger } from '@rollcall/service';

export interface HubReaderOptions {
  readonly client: EventHubConsumerClient;
  readonly checkpoints: CheckpointStore;
  /** Least time between two checkpoints of one partition, in milliseconds. */
  readonly checkpointInterval: number;
  readonly logger: Logger;
  /** Called for one batch of a partition at a time. Must not return before everything in it is safe; throws only to stop. */
  readonly onBatch: (messages: readonly HubMessage[]) => Promise<void>;
}

/** Reads every partition that this process owns, from its checkpoint or the earliest event, until `signal` aborts. */
export async function readHub(options: HubReaderOptions, signal: AbortSignal): Promise<void> {
  const { client, logger } = options;
  const partitions = new Map<string, HubPartition>();
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const subscription = client.subscribe(
    {
      processInitialize: async (context) => {
        const partition = new HubPartition(options, context);
        await partition.findCheckpoint();
        partitions.set(context.partitionId, partition);
        logger.info({ partition: context.partitionId }, 'reading an Event Hubs partition');
      },
      processEvents: async (events, context) => {
        if (!signal.aborted) await partitions.get(context.partitionId)?.process(events, context);
      },
      processError: async (error, { partitionId }) => {
        if (!signal.aborted) logger.warn({ partition: partitionId, error: error.message }, 'Event Hubs');
      },
      processClose: async (reason, { partitionId }) => {
        logger.info({ partition: partitionId, reason }, 'left an Event Hubs partition');
      },
    },
    { startPosition: earliestEventPosition, skipParsingBodyAsJson: true, maxBatchSize: 500, maxWaitTimeInSeconds: 5, prefetchCount: 2_000 },
  );
  await stopped;
  await subscription.close();
  await Promise.all([...partitions.values()].map((partition) => partition.finish()));
  await client.close();
}

/** One Event Hubs partition: keeps the checkpoint behind what is safe, and watches for a hole in the numbering. */
class HubPartition {
  #working: Promise<void> = Promise.resolve();
  #safe: ReceivedEventData | undefined;
  #checkpointedAt = 0;
  #lastNumber: number | undefined;

  constructor(
    private readonly options: HubReaderOptions,
    private context: PartitionContext,
  ) {}

  async findCheckpoint(): Promise<void> {
    const { fullyQualifiedNamespace, eventHubName, consumerGroup, partitionId } = this.context;
    const checkpoints = await this.options.checkpoints.listCheckpoints(fullyQualifiedNamespace, eventHubName, consumerGroup);
    this.#lastNumber = checkpoints.find((checkpoint) => checkpoint.partitionId === partitionId)?.sequenceNumber;
  }

  process(events: ReceivedEventData[], context: PartitionContext): Promise<void> {
    this.context = context;
    this.#working = this.#process(events);
    return this.#working;
  }

  /** Waits for the batch in hand and writes the last checkpoint. */
  async finish(): Promise<void> {
    await this.#working.catch(() => {});
    await this.#checkpoint();
  }

  async #process(events: ReceivedEventData[]): Promise<void> {
    const last = events.at(-1);
    if (last !== undefined) {
      this.#reportGap(events);
      await this.options.onBatch(events.map((event) => toMessage(event, this.context.partitionId)));
      this.#safe = last;
    }
    if (last === undefined || Date.now() - this.#checkpointedAt >= this.options.checkpointInterval) await this.#checkpoint();
  }

  async #checkpoint(): Promise<void> {
    const safe = this.#safe;
    if (safe === undefined) return;
    try {
      await this.context.updateCheckpoint(safe);
      if (this.#safe === safe) this.#safe = undefined;
      this.#checkpointedAt = Date.now();
    } catch (error) {
      // Only costs events read twice: the next checkpoint covers this one.
      this.options.logger.warn({ partition: this.context.partitionId, error: String(error) }, 'cannot write a checkpoint');
    }
  }

  #reportGap(events: ReceivedEventData[]): void {
    for (const { sequenceNumber } of events) {
      if (this.#lastNumber !== undefined && sequenceNumber > this.#lastNumber + 1) {
        const gap = { partition: this.context.partitionId, after: this.#lastNumber, before: sequenceNumber };
        this.options.logger.error(gap, 'events were lost: Event Hubs dropped them before they were read');
      }
      this.#lastNumber = sequenceNumber;
    }
  }
}

function toMessage(event: ReceivedEventData, partitionId: string): HubMessage {
  return {
    partitionId,
    offset: event.offset,
    hubSequenceNumber: event.sequenceNumber,
    enqueuedTime: event.enqueuedTimeUtc,
    body: bodyBytes(event.body),
    contentType: event.contentType,
    properties: event.properties ?? {},
  };
}

/** AMQP data sections are bytes; a value or sequence section is whatever the sender's SDK made of it. */
function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
}
