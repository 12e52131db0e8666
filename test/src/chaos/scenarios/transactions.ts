import { KafkaProxy } from '../kafka-proxy.ts';
import { type Scenario, stopped } from './scenario.ts';

/** The commit is where Kafka and the owner may come to differ. */
export const TRANSACTIONS: readonly Scenario[] = [
  {
    name: 'the response to EndTxn is lost',
    async run(world) {
      await world.addIngest();
      await using proxy = await KafkaProxy.start(world.stack.kafkaBrokers);
      const owner = await world.addProjector({ KAFKA_BROKERS: proxy.brokers });
      await world.whileSending(500, async () => {
        for (let time = 1; time <= 3; time++) {
          await world.moreApplied();
          proxy.commitsToLose = 1;
          await world.until('a response is lost', () => proxy.commitsToLose === 0);
          await world.until('the owner is in doubt', () => owner.log().split('in doubt').length > time);
        }
        await world.moreApplied();
      });
      await owner.stop();
      await world.addProjector();
    },
  },
  {
    name: 'a transaction times out',
    async run(world) {
      await world.addIngest();
      await world.addProjector({ FAULTS: 'in-transaction:pause=27000@4' });
      await world.traffic.send(3_000, 500);
    },
  },
  {
    name: 'Kafka is killed within a transaction',
    async run(world) {
      await world.addIngest();
      const owner = await world.addProjector({ FAULTS: 'in-transaction:stop@5' });
      await world.whileSending(400, async () => {
        await stopped(world, owner, 'in-transaction');
        await world.stack.part('kafka').kill();
        await world.stack.part('kafka').start();
        owner.resume();
      });
    },
  },
  {
    // The commit is decided; the markers that end the transaction in its partitions are still to be written.
    name: 'Kafka is killed as it answers a commit',
    async run(world) {
      await world.addIngest();
      await using proxy = await KafkaProxy.start(world.stack.kafkaBrokers);
      const owner = await world.addProjector({ KAFKA_BROKERS: proxy.brokers });
      const kafka = world.stack.part('kafka');
      await world.whileSending(300, async () => {
        for (let time = 1; time <= 3; time++) {
          await world.moreApplied();
          let killed: Promise<void> | undefined;
          proxy.onCommit = () => {
            killed = kafka.kill();
          };
          await world.until('Kafka is killed', () => killed !== undefined);
          await killed;
          await owner.kill();
          await kafka.start();
          await owner.start();
        }
      });
      await owner.stop();
      await world.addProjector();
    },
  },
];
