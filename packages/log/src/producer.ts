import { setTimeout as sleep } from 'node:timers/promises';
import { topicNames } from '@rollcall/schema';
import { answeredType, createCluster, disconnect, type KafkaCluster, type ProducerIdentity } from './cluster.ts';
import { COMPRESSION } from './compression.ts';
import { Coordinators } from './coordinators.ts';
import type { LogOptions } from './options.ts';
import type { PartitionRecords } from './outbox.ts';
import { within } from './within.ts';

/** How long the brokers may take to end the transaction before this one, and how long the first and the longest wait for it are, in ms. */
const ENDED_WITHIN = 5_000;
const FIRST_WAIT = 5;
const LONGEST_WAIT = 500;

/** For a producer to get its identity, in ms. The broker that it comes to may be frozen: the next attempt comes to another one. */
const OPENED_WITHIN = 10_000;

/** Sequence numbers are int32, and begin with 0 again. */
const SEQUENCES = 2 ** 31;

export interface TransactionOptions {
  readonly transactionalId: string;
  /** How long a transaction may stay open before the broker aborts it, in milliseconds. */
  readonly timeout: number;
}

/** One identity at the brokers. It numbers the records of each partition, so that a broker recognises a request that it has already appended.
 *
 *  Each request is sent once. Whatever fails, even one answer of several, leaves a doubt: the producer must be closed, and another one, with an
 *  identity of its own, takes its place. kafkajs' own producer retries, and then sends nothing to a broker that has answered already; records whose
 *  leadership has moved to that broker are lost (docs/adr/0034).
 *  Source: cwiki.apache.org KIP-98 */
export class Producer {
  /** By `topic/partition`. */
  readonly #sequences = new Map<string, number>();

  private constructor(
    private readonly cluster: KafkaCluster,
    readonly identity: ProducerIdentity,
    readonly coordinators: Coordinators,
  ) {}

  /** With a transactional id: fences every former producer of that id, and ends its open transaction. Throws what kafkajs throws. */
  static async open(log: LogOptions, transaction?: TransactionOptions): Promise<Producer> {
    const cluster = createCluster(log, { maxInFlightRequests: 1, allowAutoTopicCreation: false });
    try {
      return await within(OPENED_WITHIN, Producer.#identified(cluster, log, transaction));
    } catch (error) {
      await disconnect(cluster);
      throw error;
    }
  }

  static async #identified(cluster: KafkaCluster, log: LogOptions, transaction?: TransactionOptions): Promise<Producer> {
    await cluster.connect();
    // Asked about no topic, kafkajs asks about all, and fails where any of anybody's has no leader.
    await cluster.addTargetTopic(topicNames(log.prefix).events);
    const coordinators = new Coordinators(cluster);
    const transactionalId = transaction?.transactionalId;
    const broker = await (transactionalId === undefined
      ? cluster.findControllerBroker()
      : coordinators.find('transaction', transactionalId));
    const identity = await whenTransactionEnded(() => broker.initProducerId({ transactionalId, transactionTimeout: transaction?.timeout }));
    return new Producer(cluster, identity, coordinators);
  }

  /** Resolves when all in-sync replicas have each record. Throws what kafkajs throws, and NotAcknowledged: any of the records may have been
   *  appended. */
  async send(batches: readonly PartitionRecords[], transactionalId?: string): Promise<void> {
    await this.cluster.addMultipleTargetTopics([...new Set(batches.map(({ topic }) => topic))]);
    await this.cluster.refreshMetadataIfNecessary();
    const byLeader = Map.groupBy(batches, ({ topic, partition }) => this.#leader(topic, partition));
    await Promise.all([...byLeader].map(([nodeId, led]) => this.#produce(nodeId, led, transactionalId)));
  }

  async close(): Promise<void> {
    await disconnect(this.cluster);
  }

  #leader(topic: string, partition: number): string {
    // Of a partition that it has not heard of, kafkajs says nothing.
    const [leader] = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]));
    if (leader === undefined) throw new NotAcknowledged([`${topic} ${partition}`]);
    return leader;
  }

  async #produce(nodeId: string, batches: readonly PartitionRecords[], transactionalId: string | undefined): Promise<void> {
    const broker = await this.cluster.findBroker({ nodeId });
    const topicData = [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition, records }) => ({
        partition,
        firstSequence: this.#takeSequences(topic, partition, records.length),
        messages: [{ value: records, packed: records }],
      })),
    }));
    const { topics } = await broker.produce({ ...this.identity, transactionalId, acks: -1, compression: COMPRESSION, topicData });
    const acknowledged = new Set(
      topics.flatMap(({ topicName, partitions }) => partitions.map(({ partition }) => `${topicName} ${partition}`)),
    );
    const missing = batches.map(({ topic, partition }) => `${topic} ${partition}`).filter((name) => !acknowledged.has(name));
    if (missing.length > 0) throw new NotAcknowledged(missing);
  }

  /** The number of the first of so many records. */
  #takeSequences(topic: string, partition: number, count: number): number {
    const key = `${topic}/${partition}`;
    const first = this.#sequences.get(key) ?? 0;
    this.#sequences.set(key, sequenceAfter(first, count));
    return first;
  }
}

/** The number after so many records. */
export function sequenceAfter(first: number, count: number): number {
  return (first + count) % SEQUENCES;
}

/** Asks again while the broker still ends the transaction before. */
export async function whenTransactionEnded<T>(ask: () => Promise<T>): Promise<T> {
  const began = performance.now();
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      return await ask();
    } catch (error) {
      if (answeredType(error) !== 'CONCURRENT_TRANSACTIONS' || performance.now() - began > ENDED_WITHIN) throw error;
      await sleep(wait);
    }
  }
}

/** The brokers know no leader of these partitions, or left them out of their answer. */
export class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
  readonly retryable = true;
  constructor(partitions: readonly string[]) {
    super(`no broker acknowledged ${partitions.join(', ')}`);
  }
}
