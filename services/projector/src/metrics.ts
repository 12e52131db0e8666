import type { FoldedEvent, IgnoredReason, RefusedRecord } from '@rollcall/fold';
import type { RejectionReason } from '@rollcall/schema';
import { Counter, createMetrics, Gauge, Histogram, type Registry } from '@rollcall/service';

/** Seconds, from a blink to a stall. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** What became of the events of a transaction. */
export class Tally {
  /** Log times of the records, in milliseconds since 1970. */
  readonly times: number[] = [];
  changed = 0;
  evicted = 0;
  readonly ignored: IgnoredReason[] = [];
  readonly refused: RejectionReason[] = [];

  count(told: FoldedEvent | RefusedRecord): void {
    if ('rejection' in told) this.refused.push(told.rejection.reason);
    else if (told.folded.outcome === 'changed') {
      this.changed++;
      this.evicted += told.folded.evicted;
    } else if (told.folded.outcome === 'ignored') this.ignored.push(told.folded.reason);
  }
}

export type ProjectorMetrics = ReturnType<typeof createProjectorMetrics>;

export function createProjectorMetrics() {
  const registry: Registry = createMetrics();
  const registers = [registry];
  const byPartition = { labelNames: ['partition'], registers };
  const events = new Counter({ name: 'rollcall_projector_events_total', help: 'Events folded', registers });
  const changes = new Counter({ name: 'rollcall_projector_changes_total', help: 'Changes written', registers });
  const ignored = new Counter({
    name: 'rollcall_projector_ignored_total',
    help: 'Events that changed nothing',
    labelNames: ['reason'],
    registers,
  });
  const evicted = new Counter({
    name: 'rollcall_projector_evicted_sessions_total',
    help: 'Connected sessions that were forgotten, because their client had more than any may have',
    registers,
  });
  const letters = new Counter({
    name: 'rollcall_projector_dead_letters_total',
    help: 'Records that are no event, by reason',
    labelNames: ['reason'],
    registers,
  });
  const seconds = (name: string, help: string) => new Histogram({ name, help, buckets: SECONDS, registers });
  const latency = seconds('rollcall_projector_event_to_redis_seconds', 'From an event in the log to its snapshot in Redis');
  return {
    registry,
    batch: seconds('rollcall_projector_batch_seconds', 'One batch: load, fold; commit and apply, where it ends a transaction'),
    transaction: seconds('rollcall_projector_transaction_seconds', 'One Kafka transaction, when its events are folded'),
    lag: new Gauge({ name: 'rollcall_projector_lag', help: 'Records of the log that are not projected yet', ...byPartition }),
    takeOvers: new Counter({
      name: 'rollcall_projector_take_overs_total',
      help: 'Partitions taken over: each fences the former owner',
      ...byPartition,
    }),
    restores: new Counter({ name: 'rollcall_projector_restores_total', help: 'Partitions of Redis restored from the log', ...byPartition }),
    committed({ times, changed, evicted: dropped, ignored: ignoredFor, refused }: Tally) {
      events.inc(times.length);
      changes.inc(changed);
      evicted.inc(dropped);
      for (const reason of ignoredFor) ignored.inc({ reason });
      for (const reason of refused) letters.inc({ reason });
    },
    applied({ times }: Tally) {
      const now = Date.now();
      for (const time of times) latency.observe((now - time) / 1000);
    },
  };
}
