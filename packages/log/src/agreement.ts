import type { KafkaBroker, KafkaCluster } from './cluster.ts';

/** A broker that is cut off from the controller, or was frozen, still says that it leads what others lead by now; it answers with what it knew, and
 *  a restore that believes it loses the newest clients. So no single broker is asked who leads: a majority of a partition's replicas must say the same.
 *  Of the replicas that acknowledged the last write, at least one is among them, and it knows who led then (docs/adr/0034). */

/** The node that leads each partition of a topic. Throws BrokersDisagree, or what kafkajs throws. */
export function agreedLeaders(cluster: KafkaCluster, topic: string): Promise<ReadonlyMap<number, number>> {
  return askAll(
    cluster,
    async (broker) => (await broker.metadata([topic])).topicMetadata[0]?.partitionMetadata ?? [],
    (answers) => {
      const leaders = new Map<number, number>();
      const partitions = [...answers.values()][0] ?? [];
      for (const { partitionId, replicas } of partitions) {
        const votes = replicas.map((node) => answers.get(node)?.find((partition) => partition.partitionId === partitionId)?.leader);
        const leader = majority(votes);
        if (leader !== undefined) leaders.set(partitionId, leader);
      }
      return leaders.size > 0 && leaders.size === partitions.length ? leaders : undefined;
    },
  );
}

/** The broker that keeps a group's offsets, as a majority of all brokers has it. Throws like `agreedLeaders`. */
export async function agreedGroupCoordinator(cluster: KafkaCluster, groupId: string): Promise<KafkaBroker> {
  const count = cluster.getNodeIds().length;
  const nodeId = await askAll(
    cluster,
    async (broker) => (await broker.findGroupCoordinator({ groupId, coordinatorType: 0 })).coordinator.nodeId,
    (answers) => majority([...answers.values(), ...Array<undefined>(count - answers.size)]),
  );
  return cluster.findBroker({ nodeId });
}

/** What more than half of all say; a vote that is not in yet is undefined. */
function majority(votes: readonly (number | undefined)[]): number | undefined {
  return votes.find((vote) => vote !== undefined && 2 * votes.filter((other) => other === vote).length > votes.length);
}

/** Asks every broker, and resolves as soon as the answers are enough to conclude from: it waits for no broker that is frozen. */
async function askAll<Answer, Conclusion>(
  cluster: KafkaCluster,
  ask: (broker: KafkaBroker) => Promise<Answer>,
  conclude: (answers: ReadonlyMap<number, Answer>) => Conclusion | undefined,
): Promise<Conclusion> {
  const { promise, resolve, reject } = Promise.withResolvers<Conclusion>();
  const answers = new Map<number, Answer>();
  const failures: unknown[] = [];
  const asking = cluster.getNodeIds().map(async (nodeId) => {
    try {
      answers.set(Number(nodeId), await ask(await cluster.findBroker({ nodeId })));
      const conclusion = conclude(answers);
      if (conclusion !== undefined) resolve(conclusion);
    } catch (error) {
      failures.push(error);
    }
  });
  void Promise.all(asking).then(() => reject(failures[0] ?? new BrokersDisagree()));
  return promise;
}

/** No majority of the brokers says the same of who leads: it will, soon. */
export class BrokersDisagree extends Error {
  override readonly name = 'BrokersDisagree';
  readonly retriable = true;
  constructor() {
    super('the brokers do not agree yet on who leads');
  }
}
