import { answeredType, type KafkaBroker, type KafkaCluster } from './cluster.ts';
import { COORDINATORS } from './coordinators.ts';
import { BrokersDisagree } from './errors.ts';

/** Why several brokers are asked who leads: one that is cut off from the controller, or that was frozen, still says that it leads, and answers with
 *  what it knew then. A restore that believes it loses the newest clients. So a majority of a partition's replicas must name the same leader. With
 *  3 replicas, of which 2 acknowledge a write, at least one of any majority knows who led when the last write was acknowledged (docs/adr/0034). */

/** The node that leads each partition of a topic. Throws BrokersDisagree, or what kafkajs throws. */
export async function agreedLeaders(cluster: KafkaCluster, topic: string): Promise<ReadonlyMap<number, number>> {
  await cluster.addTargetTopic(topic);
  const nodes = new Set(cluster.findTopicPartitionMetadata(topic).flatMap(({ replicas }) => replicas));
  return askAll(
    cluster,
    [...nodes],
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
  const nodes = cluster.getNodeIds();
  const nodeId = await askAll(
    cluster,
    nodes,
    async (broker) => (await broker.findGroupCoordinator({ groupId, coordinatorType: COORDINATORS.group })).coordinator.nodeId,
    (answers) => majority([...answers.values(), ...Array<undefined>(nodes.length - answers.size)]),
  );
  return askLeader(() => cluster.findBroker({ nodeId }));
}

/** What more than half of all say; a vote that is not in yet is undefined. */
function majority(votes: readonly (number | undefined)[]): number | undefined {
  return votes.find((vote) => vote !== undefined && 2 * votes.filter((other) => other === vote).length > votes.length);
}

/** Asks these brokers, and resolves as soon as the answers are enough to conclude from: it waits for none of them that is frozen. */
async function askAll<Answer, Conclusion>(
  cluster: KafkaCluster,
  nodes: readonly (number | string)[],
  ask: (broker: KafkaBroker) => Promise<Answer>,
  conclude: (answers: ReadonlyMap<number, Answer>) => Conclusion | undefined,
): Promise<Conclusion> {
  const { promise, resolve, reject } = Promise.withResolvers<Conclusion>();
  const answers = new Map<number, Answer>();
  const failures: unknown[] = [];
  const asking = nodes.map(async (nodeId) => {
    try {
      answers.set(Number(nodeId), await ask(await cluster.findBroker({ nodeId })));
      const conclusion = conclude(answers);
      if (conclusion !== undefined) resolve(conclusion);
    } catch (error) {
      failures.push(error);
    }
  });
  void Promise.all(asking).then(() => reject((answers.size === 0 ? failures[0] : undefined) ?? new BrokersDisagree()));
  return promise;
}

/** Asks a broker that leads. Throws BrokersDisagree where it does not answer. */
export async function askLeader<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (answeredType(error) !== undefined) throw error;
    throw new BrokersDisagree(`the broker that leads does not answer: ${error instanceof Error ? error.message : error}`);
  }
}
