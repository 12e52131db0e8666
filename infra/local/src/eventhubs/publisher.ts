import type { Delivery } from 'rhea';
import { amqpError } from './amqp-error.ts';
import { EncodingInvalid, encodeString } from './encoded-value.ts';
import type { Hub } from './hub.ts';
import { annotate, BATCH_FORMAT, PARTITION_KEY, partitionKeyOf, unbatch } from './message.ts';
import type { PartitionLog } from './partition-log.ts';

/** As in Event Hubs' standard tier. In bytes, of a message or a batch. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Appends what one sender sends, and accepts it only after that. A batch goes to one partition, all of it or nothing.
 *  @param partition where the sender's address says it goes; undefined leaves it to the partition key */
export function publish(hub: Hub, partition: PartitionLog | undefined, encoded: Buffer, delivery: Delivery): void {
  if (encoded.length > MAX_MESSAGE_BYTES) {
    const description = `the message has ${encoded.length} bytes, more than ${MAX_MESSAGE_BYTES}`;
    delivery.reject(amqpError('amqp:link:message-size-exceeded', description));
    return;
  }
  try {
    const partitionKey = partitionKeyOf(encoded);
    const messages = delivery.format === BATCH_FORMAT ? unbatch(encoded).map((message) => keyed(message, partitionKey)) : [encoded];
    (partition ?? hub.partitionFor(partitionKey)).append(messages, Date.now());
    delivery.accept();
  } catch (error) {
    const condition = error instanceof EncodingInvalid ? 'amqp:decode-error' : 'amqp:internal-error';
    delivery.reject(amqpError(condition, error instanceof Error ? error.message : String(error)));
  }
}

/** The message with the partition key of its batch, unless it has one itself. */
function keyed(message: Buffer, partitionKey: string | undefined): Buffer {
  return partitionKeyOf(message) !== undefined || partitionKey === undefined
    ? message
    : annotate(message, new Map([[PARTITION_KEY, encodeString(partitionKey)]]));
}
