import { agreedGroupCoordinator, agreedLeaders, askLeader } from './agreement.ts';
import { createCluster, disconnect, type KafkaCluster, type OffsetsResponse } from './cluster.ts';
import { LogUnavailable } from './errors.ts';
import type { LogOptions } from './options.ts';
import { whenReady } from './when-ready.ts';

/** How far a partition reaches. */
export interface Bounds {
  /** The first offset that is kept. */
  readonly start: bigint;
  /** The offset that a committed record will get next. */
  readonly end: bigint;
}

/** In place of a time: the next offset, and the first that is kept. Kafka's own numbers, like those of the isolation levels. */
const LATEST = -1;
const EARLIEST = -2;
const APPENDED = 0;
const COMMITTED = 1;

/** Each of these questions is answered at once, in milliseconds, or the broker is frozen. */
const ANSWERS_WITHIN = 5_000;

/** What the brokers know of offsets, asked afresh each time of those that lead for certain. Throws LogUnavailable. */
export class Offsets {
  #view: ClusterView | undefined;

  constructor(private readonly log: LogOptions) {}

  /** The group's committed offset of the partition; undefined if it has none. */
  async committed(groupId: string, topic: string, partition: number): Promise<bigint | undefined> {
    return (await this.allCommitted(groupId, topic)).get(partition);
  }

  /** The group's committed offsets, of the partitions that have one. */
  allCommitted(groupId: string, topic: string): Promise<Map<number, bigint>> {
    return this.#ask(async (cluster) => {
      const partitions = [...(await agreedLeaders(cluster, topic)).keys()].map((partition) => ({ partition }));
      const coordinator = await agreedGroupCoordinator(cluster, groupId);
      return byPartition([await askLeader(() => coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] }))]);
    });
  }

  /** Throws LogUnavailable. */
  async bounds(topic: string, partition: number): Promise<Bounds> {
    const bounds = (await this.allBounds(topic)).get(partition);
    if (bounds === undefined) throw new LogUnavailable(`find partition ${partition} of ${topic}`, true, undefined);
    return bounds;
  }

  /** The bounds of each partition. */
  allBounds(topic: string): Promise<Map<number, Bounds>> {
    return this.#ask(async (cluster) => {
      const leaders = await agreedLeaders(cluster, topic);
      const [starts, ends] = await Promise.all([
        listOffsets(cluster, topic, leaders, EARLIEST, COMMITTED),
        listOffsets(cluster, topic, leaders, LATEST, COMMITTED),
      ]);
      return new Map([...ends].map(([partition, end]) => [partition, { start: starts.get(partition) ?? end, end }]));
    });
  }

  /** In each partition, the first committed record of that time (milliseconds since 1970) or later; its end where there is none. */
  at(topic: string, time: number): Promise<Map<number, bigint>> {
    return this.#ask(async (cluster) => {
      const leaders = await agreedLeaders(cluster, topic);
      const ends = await listOffsets(cluster, topic, leaders, LATEST, COMMITTED);
      return new Map([...ends, ...(await listOffsets(cluster, topic, leaders, time, COMMITTED))]);
    });
  }

  /** In each partition, the offset that the next record will get: past those of transactions that are not committed yet. */
  appended(topic: string): Promise<Map<number, bigint>> {
    return this.#ask(async (cluster) => listOffsets(cluster, topic, await agreedLeaders(cluster, topic), LATEST, APPENDED));
  }

  async close(): Promise<void> {
    const view = this.#view;
    this.#view = undefined;
    await view?.close();
  }

  /** kafkajs gives up where another broker leads by now: a new view of the cluster looks for the leaders anew. */
  #ask<T>(question: (cluster: KafkaCluster) => Promise<T>): Promise<T> {
    return whenReady(async () => {
      this.#view ??= new ClusterView(this.log);
      const view = this.#view;
      try {
        return await view.ask(question);
      } catch (cause) {
        if (this.#view === view) this.#view = undefined;
        void view.close();
        throw new LogUnavailable(`ask Kafka at ${this.log.brokers.join(', ')} for offsets`, true, cause);
      }
    });
  }
}

/** A connected cluster for as long as anybody asks it something. */
class ClusterView {
  readonly #cluster: Promise<KafkaCluster>;
  readonly #asking = new Set<Promise<unknown>>();

  constructor(log: LogOptions) {
    this.#cluster = connect(log);
    this.#cluster.catch(() => {}); // Whoever asks is told.
  }

  async ask<T>(question: (cluster: KafkaCluster) => Promise<T>): Promise<T> {
    const asking = this.#cluster.then(question);
    this.#asking.add(asking);
    return asking.finally(() => this.#asking.delete(asking));
  }

  /** Disconnects when all that was asked is answered. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#asking);
    await this.#cluster.then(disconnect, () => {});
  }
}

async function connect(log: LogOptions): Promise<KafkaCluster> {
  const cluster = createCluster(log, { allowAutoTopicCreation: false }, ANSWERS_WITHIN);
  try {
    await cluster.connect();
    return cluster;
  } catch (error) {
    await disconnect(cluster);
    throw error;
  }
}

async function listOffsets(
  cluster: KafkaCluster,
  topic: string,
  leaders: ReadonlyMap<number, number>,
  timestamp: number,
  isolationLevel: number,
): Promise<Map<number, bigint>> {
  const byLeader = Map.groupBy(leaders.keys(), (partition) => leaders.get(partition) ?? -1);
  const answers = [...byLeader].map(([nodeId, partitions]) => {
    return askLeader(async () => {
      const broker = await cluster.findBroker({ nodeId });
      return broker.listOffsets({
        isolationLevel,
        topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
      });
    });
  });
  return byPartition(await Promise.all(answers));
}

function byPartition(answers: readonly OffsetsResponse[]): Map<number, bigint> {
  const found = answers.flatMap(({ responses }) => responses.flatMap(({ partitions }) => partitions));
  return new Map(found.filter(({ offset }) => BigInt(offset) >= 0n).map(({ partition, offset }) => [partition, BigInt(offset)]));
}
