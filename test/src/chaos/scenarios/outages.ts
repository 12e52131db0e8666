import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LONGER_THAN_A_SESSION, restoring, type Scenario, someApplied } from './scenario.ts';

/** Whole processes and whole databases, as an operator sees them fail. */
export const OUTAGES: readonly Scenario[] = [
  {
    name: 'a projector is killed, and another takes its partitions over',
    async run(world) {
      await world.addIngest();
      const victim = await world.addProjector();
      await world.addProjector();
      const sending = world.traffic.send(4_000, 600);
      await someApplied(world);
      await victim.kill();
      await sending;
    },
  },
  {
    name: 'all projectors are killed, and start again',
    async run(world) {
      await world.addIngest();
      const projectors = [await world.addProjector(), await world.addProjector()];
      const sending = world.traffic.send(4_000, 600);
      await someApplied(world);
      await Promise.all(projectors.map((projector) => projector.kill()));
      await Promise.all(projectors.map((projector) => projector.start()));
      await sending;
    },
  },
  {
    name: 'a projector that was frozen beyond its session goes on as a zombie',
    async run(world) {
      await world.addIngest();
      const zombie = await world.addProjector();
      await world.addProjector();
      const sending = world.traffic.send(8_000, 500);
      await someApplied(world);
      zombie.pause();
      await sleep(LONGER_THAN_A_SESSION);
      await someApplied(world);
      zombie.resume();
      await sending;
    },
  },
  {
    name: 'projectors join and leave',
    async run(world) {
      await world.addIngest();
      const first = await world.addProjector();
      const sending = world.traffic.send(5_000, 500);
      await someApplied(world);
      const second = await world.addProjector();
      await someApplied(world);
      await world.addProjector();
      await someApplied(world);
      await first.stop();
      await someApplied(world);
      await second.stop();
      await sending;
    },
  },
  {
    name: 'ingest is killed',
    async run(world) {
      const ingest = await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(4_000, 800);
      await someApplied(world);
      await ingest.kill();
      await sleep(1_000);
      await ingest.start();
      await sending;
    },
  },
  {
    name: 'the Event Hubs emulator is killed',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(4_000, 800);
      await someApplied(world);
      await world.stack.part('eventhubs').kill();
      await sleep(1_000);
      await world.stack.part('eventhubs').start();
      await sending;
    },
  },
  {
    name: 'Kafka is killed',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(5_000, 500);
      await someApplied(world);
      await world.stack.part('kafka').kill();
      await sleep(2_000);
      await world.stack.part('kafka').start();
      await sending;
    },
  },
  {
    name: 'Kafka is away for longer than the client retries',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(4_000, 200);
      await someApplied(world);
      await world.stack.part('kafka').kill();
      await sleep(25_000);
      await world.stack.part('kafka').start();
      await sending;
    },
  },
  {
    name: 'Kafka is away while nothing happens',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.traffic.send(500);
      await world.quiet();
      await world.stack.part('kafka').kill();
      await sleep(25_000);
      await world.stack.part('kafka').start();
      await world.traffic.send(500);
    },
  },
  {
    name: 'Redis is killed, and has its data when it starts again',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(4_000, 800);
      await someApplied(world);
      await world.restartRedis();
      await sending;
    },
  },
  {
    name: 'Redis is killed, and has nothing when it starts again',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(4_000, 800);
      await someApplied(world);
      await world.restartRedis((dir) => rm(path.join(dir, 'appendonlydir'), { recursive: true }));
      await sending;
    },
  },
  {
    name: 'Redis is emptied while nothing happens',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.traffic.send(1_000);
      await world.quiet();
      await world.flushAll();
      await world.until('Redis is whole again', async () => (await world.watermarks()).every((mark) => mark !== undefined));
    },
  },
  {
    name: 'Redis is emptied under load, and again in the middle of the restore',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(6_000, 800);
      await someApplied(world);
      await sleep(1_000);
      await world.flushAll();
      await restoring(world);
      await world.flushAll();
      await sending;
    },
  },
  {
    name: 'Redis is rolled back to an older copy',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      const sending = world.traffic.send(5_000, 600);
      await someApplied(world);
      const putBack = await world.copyRedis();
      await sleep(3_000);
      await putBack();
      await sending;
    },
  },
  {
    name: 'Redis is rolled back while nothing happens',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.traffic.send(500);
      await someApplied(world);
      const putBack = await world.copyRedis();
      await world.traffic.send(1_000);
      await world.quiet();
      await putBack();
    },
  },
];
