import { type Scenario, settled } from './scenario.ts';

/** What the log itself no longer has. */
export const CUTS: readonly Scenario[] = [
  {
    name: 'the offsets of the group are deleted',
    async run(world) {
      await (await settled(world, 1_500)).stop();
      await world.forgetOffsets();
      await world.traffic.send(500);
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
  {
    name: 'the log is cut past the watermark of an older Redis',
    async run(world) {
      const first = await settled(world, 1_000);
      const putBack = await world.copyRedis();
      await world.traffic.send(1_000);
      await world.quiet();
      await first.stop();
      await world.cutLog();
      await putBack();
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
  {
    name: 'the log is cut past the committed offset: the loss is told, and nothing else is lost',
    async run(world) {
      await (await settled(world, 1_000)).stop();
      await world.traffic.send(500);
      await world.logged();
      await world.cutLog();
      const next = await world.addProjector();
      await world.traffic.send(500);
      await world.until('the loss is told', () => next.log().includes('events are lost'));
    },
  },
  {
    name: 'the log is cut and the offsets of the group are deleted, and Redis is empty',
    async run(world) {
      await (await settled(world, 1_500)).stop();
      await world.cutLog();
      await world.forgetOffsets();
      await world.flushAll();
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
];
