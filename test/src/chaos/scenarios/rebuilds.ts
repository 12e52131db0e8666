import { Rollcall } from '@rollcall/client';
import type { World } from '../world.ts';
import { type Scenario, stumbled } from './scenario.ts';

/** Another generation is built, switched to and rolled back; in the end the first one is alone again. */
export const REBUILDS: readonly Scenario[] = [
  {
    name: 'a rebuild is switched to and rolled back while projectors are killed',
    async run(world) {
      await world.addIngest();
      const projectors = [await world.addProjector(), await world.addProjector()];
      const again = async () => {
        await Promise.all(projectors.map((projector) => projector.kill()));
        await Promise.all(projectors.map((projector) => projector.start()));
      };
      await world.whileSending(600, async () => {
        await world.moreApplied();
        await using rollcall = client(world);
        await Promise.all([rollcall.rebuild.run(), again()]);
        await again();
        await caughtUp(world, () => rollcall.rebuild.switch());
        await again();
        await caughtUp(world, () => rollcall.rebuild.rollback());
        await world.moreApplied();
        await Promise.all([rollcall.rebuild.drop(), projectors[0]?.kill()]);
        await projectors[0]?.start();
      });
    },
  },
  {
    name: 'a rebuild gives up where Redis is emptied, and begins again',
    async run(world) {
      await world.addIngest();
      await world.addProjector();
      await world.whileSending(600, async () => {
        await world.moreApplied();
        await using rollcall = client(world);
        const interrupted = rollcall.rebuild.run({ rate: 200 }).then(
          () => 'built',
          (error: Error) => error.name,
        );
        await world.until('a generation is built', async () => (await rollcall.rebuild.generations()).other !== undefined);
        await world.flushAll();
        const outcome = await interrupted;
        if (outcome === 'built') throw new Error('a rebuild came to its end without its Redis');
        await world.moreApplied();
        await rollcall.rebuild.run();
        await rollcall.rebuild.drop();
      });
    },
  },
  {
    name: 'a projector is killed while it publishes the generation that was switched to',
    async run(world) {
      await world.addIngest();
      const first = await world.addProjector();
      await world.whileSending(300, async () => {
        await world.moreApplied();
        await using rollcall = client(world);
        await rollcall.rebuild.run();
        await first.kill();
        await caughtUp(world, () => rollcall.rebuild.switch());
        const victim = world.addProjector({ FAULTS: 'in-publish:kill@2' }).catch(() => {});
        const stumbling = world.projectors.at(-1);
        if (stumbling !== undefined) await stumbled(world, stumbling, 'in-publish');
        await victim;
        await first.start();
        await world.moreApplied();
        await caughtUp(world, () => rollcall.rebuild.rollback());
        await world.moreApplied();
        await rollcall.rebuild.drop();
      });
    },
  },
];

function client({ stack }: World): Rollcall {
  return new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
}

/** Refused while the generation is behind: the projectors that died have to catch up first. */
function caughtUp(world: World, change: () => Promise<unknown>): Promise<void> {
  return world.until('the generation has caught up', async () => {
    await change();
    return true;
  });
}
