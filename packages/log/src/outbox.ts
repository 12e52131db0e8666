import type { ProducerBatch } from 'kafkajs';
import { COMPRESSION } from './compression.ts';
import type { NewRecord } from './record.ts';
import { type PackedRecords, RecordSet } from './record-set.ts';

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

  /** All that was added, as requests to send one after the other, each acknowledged by all in-sync replicas: those of one partition of a topic stay
   *  in their order. It is empty then. */
  take(): ProducerBatch[] {
    const requests: ProducerBatch[] = [];
    for (const [topic, sets] of this.#topics) {
      for (const [partition, set] of sets) {
        for (const [at, packed] of set.batches().entries()) {
          const request = requests[at] ?? { topicMessages: [], acks: -1, compression: COMPRESSION };
          requests[at] = request;
          request.topicMessages?.push({ topic, messages: [packedMessage(partition, packed)] });
        }
      }
    }
    this.#topics = new Map(); // Emptied again and again, it would keep what was in it (docs/adr/0031).
    return requests;
  }
}

/** Without its patch, kafkajs would look at the value, and refuse it. */
function packedMessage(partition: number, packed: PackedRecords) {
  return { partition, value: packed as unknown as Buffer, packed };
}
