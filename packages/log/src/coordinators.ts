import type { KafkaBroker, KafkaCluster } from './cluster.ts';

/** What a coordinator keeps: a consumer group's offsets, or the transactions of a transactional id. Kafka's own numbers. */
export const COORDINATORS = { group: 0, transaction: 1 } as const;

/** The brokers that keep groups and transactions. Each is asked for once: where it has moved, it refuses, and that is a doubt. */
export class Coordinators {
  /** Node ids: kafkajs connects to a node anew where its connection was closed. */
  readonly #nodes = new Map<string, number>();

  constructor(private readonly cluster: KafkaCluster) {}

  async find(kind: keyof typeof COORDINATORS, id: string): Promise<KafkaBroker> {
    const key = `${kind} ${id}`;
    const nodeId = this.#nodes.get(key);
    if (nodeId !== undefined) return this.cluster.findBroker({ nodeId });
    const broker = await this.cluster.findGroupCoordinator({ groupId: id, coordinatorType: COORDINATORS[kind] });
    this.#nodes.set(key, broker.nodeId);
    return broker;
  }
}
