import type { ProducerBatch } from 'kafkajs';
import { COMPRESSION } from './compression.ts';
import type { NewRecord } from './record.ts';
import { type PackedRecords, RecordSet } from './record-set.ts';

/** The records as requests to send one after the other, each acknowledged by all in-sync replicas: those of one partition of a topic stay in their
 *  order. They are written down at once, each as it comes: what makes them need not keep them. */
export function toRequests(records: Iterable<NewRecord>): ProducerBatch[] {
  const topics = new Map<string, Map<number, RecordSet>>();
  for (const record of records) {
    const sets = topics.get(record.topic) ?? new Map<number, RecordSet>();
    topics.set(record.topic, sets);
    const set = sets.get(record.partition) ?? new RecordSet();
    sets.set(record.partition, set);
    set.add(record);
  }
  const requests: ProducerBatch[] = [];
  for (const [topic, sets] of topics) {
    for (const [partition, set] of sets) {
      for (const [at, packed] of set.batches().entries()) {
        const request = requests[at] ?? { topicMessages: [], acks: -1, compression: COMPRESSION };
        requests[at] = request;
        request.topicMessages?.push({ topic, messages: [packedMessage(partition, packed)] });
      }
    }
  }
  return requests;
}

/** Without its patch, kafkajs would look at the value, and refuse it. */
function packedMessage(partition: number, packed: PackedRecords) {
  return { partition, value: packed as unknown as Buffer, packed };
}
