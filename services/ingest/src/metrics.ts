import type { HubMessage } from '@rollcall/log';
import type { RejectionReason, ToleratedField } from '@rollcall/schema';
import { Counter, createMetrics, Gauge, type Registry } from '@rollcall/service';
import type { PartitionStatus } from './hub-partition.ts';

export interface IngestMetrics {
  readonly registry: Registry;
  /** A batch of one Event Hubs partition that Kafka has acknowledged: its messages, how many events they held, and what was refused. */
  batch(messages: readonly HubMessage[], events: number, refused: readonly RejectionReason[]): void;
  /** Fields of events that Kafka has acknowledged, once for each event in which one was missing or not as documented. */
  tolerated(fields: readonly ToleratedField[]): void;
  /** A checkpoint of another life of the hub was found. */
  anotherLife(): void;
  /** Events that Event Hubs dropped before they were read. */
  lost(events: number): void;
}

/** What is asked when somebody scrapes: a partition that has moved away is not in it, and so in no gauge. */
export interface Scraped {
  readonly partitions: () => readonly PartitionStatus[];
  readonly sources: () => ReadonlyMap<string, number>;
  /** The storage's time less ours, in milliseconds. */
  readonly clockOffset: () => number;
}

export function createIngestMetrics({ partitions, sources, clockOffset }: Scraped): IngestMetrics {
  const registry = createMetrics();
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `rollcall_ingest_${name}_total`, help, registers });
  const events = counter('events', 'Events read from Event Hubs and safe in Kafka');
  const replaced = counter(
    'hub_replaced',
    'Partitions read from the earliest event because their checkpoint is of another life of the hub',
  );
  const lost = counter('lost_events', 'Events that Event Hubs dropped before they were read');
  const letters = new Counter({
    name: 'rollcall_ingest_dead_letters_total',
    help: 'Events refused, by reason',
    labelNames: ['reason'],
    registers,
  });
  const oddities = new Counter({
    name: 'rollcall_ingest_tolerated_total',
    help: 'Events admitted although a field was missing or not as documented, by field',
    labelNames: ['field'],
    registers,
  });
  const behind = new Map<string, number>();
  const gauge = (name: string, help: string, value: (partition: PartitionStatus) => number | undefined) =>
    new Gauge({
      name: `rollcall_ingest_${name}`,
      help,
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const partition of partitions()) {
          const found = value(partition);
          if (found !== undefined) this.set({ partition: partition.partitionId }, found);
        }
      },
    });
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1_000);
  gauge('partition_owned', '1 for each Event Hubs partition that this process owns', () => 1);
  gauge('behind_seconds', 'Age of the newest event when it was safe in Kafka, by Event Hubs partition', ({ partitionId }) =>
    behind.get(partitionId),
  );
  gauge(
    'last_receive_timestamp_seconds',
    'When Event Hubs was last asked for events of the partition and answered, with events or without',
    (its) => seconds(its.receivedAt),
  );
  gauge('last_event_timestamp_seconds', 'When the last event that was read of the partition had come into Event Hubs', (its) =>
    seconds(its.lastEventAt),
  );
  gauge('checkpoint_timestamp_seconds', 'When the last checkpoint of the partition was written', (its) => seconds(its.checkpoint?.at));
  gauge(
    'checkpoint_sequence_number',
    'Number of the last event that the checkpoint of the partition covers',
    (its) => its.checkpoint?.sequenceNumber,
  );
  new Gauge({
    name: 'rollcall_ingest_source_last_event_timestamp_seconds',
    help: 'When the last event of the source had come into Event Hubs; the 200 sources seen first, and all others as the empty one',
    labelNames: ['source'],
    registers,
    collect() {
      for (const [source, time] of sources()) this.set({ source }, time / 1_000);
    },
  });
  new Gauge({
    name: 'rollcall_ingest_clock_offset_seconds',
    help: 'The time of the checkpoint storage less that of this machine',
    registers,
    collect() {
      this.set(clockOffset() / 1_000);
    },
  });
  return {
    registry,
    batch(messages, count, refused) {
      events.inc(count);
      for (const reason of refused) letters.inc({ reason });
      const last = messages.at(-1);
      if (last) behind.set(last.partitionId, (Date.now() - last.enqueuedTime.getTime()) / 1000);
    },
    tolerated(fields) {
      for (const field of fields) oddities.inc({ field });
    },
    anotherLife: () => replaced.inc(),
    lost: (count) => lost.inc(count),
  };
}
