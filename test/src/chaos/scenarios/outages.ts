import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LONGER_THAN_A_SESSION, restoring, type Scenario, settled } from './scenario.ts';

/** Whole processes and whole databases, as an operator sees them fail. */
export const OUTAGES: readonly Scenario[] = [
  {
    name: 'a projector is killed, and another takes its partitions over',
    async run(world) {
      await world.addIngest();
      const victim = await world.addProjector();
      await world.addProjector();
      await world.whileSending(600, async () => {
        await world.moreApplied();
        await victim.kill();
      });
    },
  },
  {
    name: 'all projectors are killed, and start again',
    async run(world) {
      await world.addIngest();
      const projectors = [await world.addProjector(), await world.addProjector()];
      await world.whileSending(600, async () => {
        await world.moreApplied();
        await Promise.all(projectors.map((projector) => projector.kill()));
        await Promise.all(projectors.map((projector) => projector.start()));
      });
    },
  },
  {
    name: 'a projector that was frozen beyond its session goes on as a zombie',
    async run(world) {
      await world.addIngest();
      const zombie = await world.addProjector();
      await world.addProjector();
      await world.whileSending(500, async () => {
        await world.moreApplied();
        zombie.pause();
        await sleep(LONGER_THAN_A_SESSION);
        await world.moreApplied();
        zombie.resume();
      });
    },
  },
  {
    name: 'projectors join and leave',
    async run(world) {
      await world.addIngest();
      const first = await world.addProjector();
      await world.whileSending(500, async () => {
        await world.moreApplied();
        const second = await world.addProjector();
        await world.moreApplied();
        await world.addProjector();
        await world.moreApplied();
        await first.stop();
        await world.moreApplied();
        await second.stop();
      });
    },
  },
  {
    name: 'ingest is killed',
    async run(world) {
      const ingest = await world.addIngest();
      await world.addProjector();
      await world.whileSending(800, async () => {
        await world.moreApplied();
        await ingest.kill();
        await sleep(1_000);
        await ingest.start();
      });
    },
  },
  {
    name: 'the Event Hubs emulator is killed',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(800, async () => {
        await world.moreApplied();
        await world.stack.part('eventhubs').kill();
        await sleep(1_000);
        await world.stack.part('eventhubs').start();
      });
    },
  },
  {
    name: 'Kafka is killed',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(500, async () => {
        await world.moreApplied();
        await world.stack.part('kafka').kill();
        await sleep(2_000);
        await world.stack.part('kafka').start();
      });
    },
  },
  {
    name: 'Kafka is away for longer than the client retries',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(200, async () => {
        await world.moreApplied();
        await world.stack.part('kafka').kill();
        await sleep(25_000);
        await world.stack.part('kafka').start();
      });
    },
  },
  {
    name: 'Kafka is away while nothing happens',
    async run(world) {
      await settled(world, 500);
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
      await world.whileSending(800, async () => {
        await world.moreApplied();
        await world.restartRedis();
      });
    },
  },
  {
    name: 'Redis is killed, and has nothing when it starts again',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(800, async () => {
        await world.moreApplied();
        await world.restartRedis((dir) => rm(path.join(dir, 'appendonlydir'), { recursive: true }));
      });
    },
  },
  {
    name: 'Redis is emptied while nothing happens',
    async run(world) {
      await settled(world, 1_000);
      await world.flushAll();
      await world.until('Redis is whole again', async () => (await world.watermarks()).every((mark) => mark !== undefined));
    },
  },
  {
    name: 'Redis is emptied under load, and again in the middle of the restore',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(800, async () => {
        await world.moreApplied();
        await sleep(1_000);
        await world.flushAll();
        await restoring(world);
        await world.flushAll();
      });
    },
  },
  {
    name: 'Redis is rolled back to an older copy',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(600, async () => {
        await world.moreApplied();
        const putBack = await world.copyRedis();
        await sleep(3_000);
        await putBack();
      });
    },
  },
  {
    name: 'Redis is rolled back while nothing happens',
    async run(world) {
      await settled(world, 500);
      const putBack = await world.copyRedis();
      await world.traffic.send(1_000);
      await world.quiet();
      await putBack();
    },
  },
];
