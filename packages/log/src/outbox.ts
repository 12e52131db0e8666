import type { NewRecord } from './record.ts';
import { type PackedRecords, RecordSet } from './record-set.ts';

/** One batch of one partition, to be acknowledged by all in-sync replicas. */
export interface PartitionRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: PackedRecords;
}

/** Records to be sent, written down at once, each as it comes: what makes them need not keep them. */
export class Outbox {
  #topics = new Map<string, Map<number, RecordSet>>();

  add(records: Iterable<NewRecord>): void {
    for (const record of records) {
      const sets = this.#topics.get(record.topic) ?? new Map<number, RecordSet>();
      this.#topics.set(record.topic, sets);
      const set = sets.get(record.partition) ?? new RecordSet();
      sets.set(record.partition, set);
      set.add(record);
    }
  }

  /** How much memory they take, about: those that are compressed already. */
  get bytes(): number {
    let bytes = 0;
    for (const sets of this.#topics.values()) for (const set of sets.values()) bytes += set.compressedBytes;
    return bytes;
  }

  /** All that was added, in rounds to send one after the other: those of one partition of a topic stay in their order, one batch in each round.
   *  It is empty then. */
  take(): PartitionRecords[][] {
    const rounds: PartitionRecords[][] = [];
    for (const [topic, sets] of this.#topics) {
      for (const [partition, set] of sets) {
        for (const [at, records] of set.batches().entries()) {
          const round = rounds[at] ?? [];
          rounds[at] = round;
          round.push({ topic, partition, records });
        }
      }
    }
    this.#topics = new Map(); // Emptied again and again, it would keep what was in it (docs/adr/0031).
    return rounds;
  }
}
