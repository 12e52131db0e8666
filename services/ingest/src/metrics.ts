import type { HubMessage } from '@rollcall/log';
import type { RejectionReason, ToleratedField } from '@rollcall/schema';
import { Counter, createMetrics, Gauge, type Registry } from '@rollcall/service';

export interface IngestMetrics {
  readonly registry: Registry;
  /** A batch of one Event Hubs partition that Kafka has acknowledged: its messages, how many events they held, and what was refused. */
  batch(messages: readonly HubMessage[], events: number, refused: readonly RejectionReason[]): void;
  /** Fields of events that Kafka has acknowledged, once for each event in which one was missing or not as documented. */
  tolerated(fields: readonly ToleratedField[]): void;
}

export function createIngestMetrics(): IngestMetrics {
  const registry = createMetrics();
  const registers = [registry];
  const events = new Counter({ name: 'rollcall_ingest_events_total', help: 'Events read from Event Hubs and safe in Kafka', registers });
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
  const behind = new Gauge({
    name: 'rollcall_ingest_behind_seconds',
    help: 'Age of the newest event when it was safe in Kafka, by Event Hubs partition',
    labelNames: ['partition'],
    registers,
  });
  return {
    registry,
    batch(messages, count, refused) {
      events.inc(count);
      for (const reason of refused) letters.inc({ reason });
      const last = messages.at(-1);
      if (last) behind.set({ partition: last.partitionId }, (Date.now() - last.enqueuedTime.getTime()) / 1000);
    },
    tolerated(fields) {
      for (const field of fields) oddities.inc({ field });
    },
  };
}
