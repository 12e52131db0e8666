import { leaderOf, moveLeader } from '@rollcall/log/testing';
import { topicNames } from '@rollcall/schema';
import { BROKER_FAULTS } from '../broker-faults.ts';
import { KafkaProxy } from '../kafka-proxy.ts';
import { PARTITIONS } from '../log-history.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';
import type { Scenario } from './scenario.ts';

const COUNT = 3;
const PARTITIONS_OF_ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** What else happens while a broker fault lasts. */
const BESIDE: readonly { readonly name: string; readonly strike: (world: World) => Promise<void> }[] = [
  { name: '', strike: async () => {} },
  {
    name: ', and a projector is killed meanwhile',
    async strike(world) {
      const [projector] = world.projectors;
      await projector?.kill();
      await projector?.start();
    },
  },
  { name: ', and Redis is emptied meanwhile', strike: (world) => world.flushAll() },
];

/** A cluster of three brokers, of which two must have what is acknowledged. */
export const BROKERS: readonly Scenario[] = [
  {
    // One request, two leaders: the answer of one must not count for the other, whoever leads by then.
    name: 'a leader moves to a broker that has just answered for another partition of the same transaction',
    brokers: COUNT,
    async run(world) {
      await world.addIngest();
      await using proxy = await KafkaProxy.start(world.stack.kafkaBrokers);
      const owner = await world.addProjector({ KAFKA_BROKERS: proxy.brokers });
      const { changes, state } = topicNames('rollcall');
      const { log } = world.history;
      await world.whileSending(300, async () => {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          await world.moreApplied();
          if ((await leaderOf(log, changes, partition)) === (await leaderOf(log, state, partition)))
            await moveLeader(log, state, partition);
          const answered = await leaderOf(log, changes, partition);
          await world.moreApplied();
          const held = proxy.holdProduce(state, `rollcall-projector-${partition}`);
          await held.arrived;
          await moveLeader(log, state, partition, answered);
          held.release();
        }
        await world.moreApplied();
      });
      await owner.stop();
      await world.addProjector();
    },
  },
  {
    name: 'a leader moves to a broker that has just answered for other events of the same message',
    brokers: COUNT,
    async run(world) {
      await using proxy = await KafkaProxy.start(world.stack.kafkaBrokers);
      const ingest = await world.addIngest({ KAFKA_BROKERS: proxy.brokers });
      await world.addProjector();
      const { events } = topicNames('rollcall');
      const { log } = world.history;
      await world.whileSending(300, async () => {
        for (let time = 1; time <= 3; time++) {
          await world.moreApplied();
          const held = proxy.holdProduce(events, 'rollcall-ingest');
          const refuses = (await held.arrived) + 1;
          const leaders = await Promise.all(PARTITIONS_OF_ALL.map((partition) => leaderOf(log, events, partition)));
          const answered = leaders.find((leader) => leader !== refuses);
          await Promise.all(PARTITIONS_OF_ALL.map((of) => (leaders[of] === refuses ? moveLeader(log, events, of, answered) : undefined)));
          held.release();
        }
        await world.moreApplied();
      });
      await ingest.stop();
      await world.addIngest();
    },
  },
  ...BROKER_FAULTS.flatMap((fault) =>
    BESIDE.map((beside) => ({
      name: `brokers: ${fault.name}${beside.name}`,
      brokers: COUNT,
      async run(world: World) {
        const { kafkaCluster } = world.stack;
        if (kafkaCluster === undefined) throw new TypeError('this story is about a cluster');
        await world.addIngest();
        await world.addProjector();
        await world.addProjector();
        await world.whileSending(400, async () => {
          await world.moreApplied();
          await Promise.all([fault.strike(world, kafkaCluster, new Random(fault.name.length)), beside.strike(world)]);
        });
      },
    })),
  ),
];
