import type { Scenario } from './scenario.ts';

/** What the log itself no longer has. */
export const CUTS: readonly Scenario[] = [
  {
    name: 'the offsets of the group are deleted',
    async run(world) {
      await world.addIngest();
      const first = await world.addProjector();
      await world.traffic.send(1_500);
      await world.quiet();
      await first.stop();
      await world.forgetOffsets();
      await world.traffic.send(500);
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
  {
    name: 'the log is cut past the watermark of an older Redis',
    async run(world) {
      await world.addIngest();
      const first = await world.addProjector();
      await world.traffic.send(1_000);
      await world.quiet();
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
      await world.addIngest();
      const first = await world.addProjector();
      await world.traffic.send(1_000);
      await world.quiet();
      await first.stop();
      await world.traffic.send(500);
      await world.until('all is in the log', async () => {
        await world.history.events.read();
        return world.history.missing(world.traffic.ids).length === 0;
      });
      await world.cutLog();
      const next = await world.addProjector();
      await world.traffic.send(500);
      await world.until('the loss is told', () => next.log().includes('events are lost'));
    },
  },
  {
    name: 'the log is cut and the offsets of the group are deleted, and Redis is empty',
    async run(world) {
      await world.addIngest();
      const first = await world.addProjector();
      await world.traffic.send(1_500);
      await world.quiet();
      await first.stop();
      await world.cutLog();
      await world.forgetOffsets();
      await world.flushAll();
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
];
