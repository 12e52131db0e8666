import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster, RunningPart } from '@rollcall/local';
import { moveLeader } from '@rollcall/log/testing';
import { topicNames } from '@rollcall/schema';
import { PARTITIONS } from './log-history.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** What happens to the brokers of a cluster, one fault at a time. Each resolves when all of them run again. */
export interface BrokerFault {
  readonly name: string;
  readonly strike: (world: World, cluster: KafkaCluster, random: Random) => Promise<void>;
}

/** In ms: others lead what a silent broker led. */
const LONGER_THAN_A_BROKER_SESSION = 12_000;
const FROZEN_FOR = 20_000;
const GONE_FOR = 30_000;

const killedFor = async (brokers: readonly RunningPart[], time: number) => {
  await Promise.all(brokers.map((broker) => broker.kill()));
  await sleep(time);
  await Promise.all(brokers.map((broker) => broker.start()));
};

export const BROKER_FAULTS: readonly BrokerFault[] = [
  { name: 'kill a broker', strike: async (_world, { brokers }, random) => killedFor([random.pick(brokers)], random.below(3_000)) },
  {
    name: 'kill a broker, and again before it is back in sync',
    async strike(_world, { brokers }, random) {
      const broker = random.pick(brokers);
      await killedFor([broker], random.below(2_000));
      await killedFor([broker], random.below(2_000));
    },
  },
  {
    name: 'move leaders during requests',
    async strike(world, _cluster, random) {
      const { events, changes, state } = topicNames('rollcall');
      for (const topic of random.shuffled([events, changes, state])) await moved(world, topic, random.below(PARTITIONS));
    },
  },
  {
    name: 'freeze a broker for 20 s',
    async strike(_world, { brokers }, random) {
      const broker = random.pick(brokers);
      broker.pause();
      await sleep(FROZEN_FOR);
      broker.resume();
    },
  },
  {
    name: 'two of three brokers are gone for 30 s',
    strike: (_world, { brokers }, random) => killedFor(random.shuffled(brokers).slice(0, 2), GONE_FOR),
  },
  { name: 'kill the controller', strike: (_world, { controller }, random) => killedFor([controller], random.below(8_000)) },
  {
    name: 'cut a broker off from the controller',
    async strike(_world, cluster, random) {
      const broker = random.pick(cluster.brokers);
      cluster.cutOff(broker);
      await sleep(LONGER_THAN_A_BROKER_SESSION + random.below(6_000));
      cluster.mend(broker);
    },
  },
];

/** Until the cluster has recovered from the fault before, it refuses. */
async function moved(world: World, topic: string, partition: number): Promise<void> {
  await world.until(`the leader of ${topic} ${partition} has moved`, async () => {
    await moveLeader(world.history.log, topic, partition);
    return true;
  });
}
