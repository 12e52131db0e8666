import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world.ts';
import { LONGER_THAN_A_SESSION, type Scenario, settled, stopped, stumbled } from './scenario.ts';

/** The steps of a cycle between which an owner may stumble. */
const CYCLE_POINTS = ['after-load', 'in-transaction', 'after-commit', 'after-apply'] as const;

/** What may happen to Redis while an owner stands still between two steps. */
export const REDIS_FAULTS = {
  emptied: { name: 'emptied', prepare: async (world: World) => () => world.flushAll() },
  rolledBack: { name: 'rolled back', prepare: (world: World) => world.copyRedis() },
} as const;
export type RedisFault = (typeof REDIS_FAULTS)[keyof typeof REDIS_FAULTS];

/** The owner stops between two steps, its session expires, another takes over and applies; then the first goes on where it stood. */
export function zombieAt(point: string): Scenario {
  return {
    name: `an owner stands still ${point} while its successor applies, and goes on as a zombie`,
    async run(world) {
      await world.addIngest();
      const zombie = await world.addProjector({ FAULTS: `${point}:stop@8` });
      await world.whileSending(400, async () => {
        await stopped(world, zombie, point);
        // It waits for the session of the other to expire.
        await world.addProjector();
        await world.moreApplied();
        zombie.resume();
      });
    },
  };
}

/** The process ends between two steps, and starts again. */
export function killedAt(point: string, time = 8): Scenario {
  return {
    name: `an owner is killed ${point}`,
    async run(world) {
      await world.addIngest();
      const victim = await world.addProjector({ FAULTS: `${point}:kill@${time}` });
      await world.whileSending(500, async () => {
        await stumbled(world, victim, point);
        await world.addProjector();
      });
    },
  };
}

/** Redis loses writes exactly between two steps of an owner. */
export function redisAt(point: string, { name, prepare }: RedisFault): Scenario {
  return {
    name: `Redis is ${name} while an owner stands still ${point}`,
    async run(world) {
      const warmUp = await settled(world, 500);
      const fault = await prepare(world);
      await world.traffic.send(500);
      await world.quiet();
      await warmUp.stop();
      const owner = await world.addProjector({ FAULTS: `${point}:stop@3` });
      await world.whileSending(500, async () => {
        await stopped(world, owner, point);
        await fault();
        owner.resume();
      });
    },
  };
}

export const STUMBLES: readonly Scenario[] = [
  ...CYCLE_POINTS.map(zombieAt),
  ...CYCLE_POINTS.map((point) => killedAt(point)),
  ...CYCLE_POINTS.flatMap((point) => Object.values(REDIS_FAULTS).map((fault) => redisAt(point, fault))),
  {
    name: 'two take-overs at once: the slow one claims when the other has applied',
    async run(world) {
      await (await settled(world, 1_000)).stop();
      const slow = world.addStumblingProjector('after-read-committed:stop@1');
      await stopped(world, slow, 'after-read-committed');
      const other = await world.addProjector();
      await world.traffic.send(1_500, 1_000);
      await world.quiet();
      // Not for as long as the group would notice, but for as long as the slow one needs.
      other.pause();
      slow.resume();
      await sleep(4_000);
      other.resume();
      await world.traffic.send(500);
    },
  },
  ...['after-fence', 'after-read-committed', 'after-claim'].map(
    (point): Scenario => ({
      name: `a take-over fails ${point}`,
      async run(world) {
        await world.addIngest();
        await world.addProjector({ FAULTS: `${point}:fail@1,${point}:fail@2,${point}:fail@5` });
        await world.traffic.send(1_500, 500);
      },
    }),
  ),
  ...['after-wipe', 'in-restore', 'before-watermark'].flatMap((point) =>
    (['stop', 'kill', 'fail'] as const).map(
      (action): Scenario => ({
        name: `a restore ${{ stop: 'meets an emptied Redis', kill: 'is killed', fail: 'fails' }[action]} ${point}`,
        async run(world) {
          await (await settled(world, 2_000)).stop();
          await world.flushAll();
          await world.whileSending(500, async () => {
            const owner = world.addStumblingProjector(`${point}:${action}@2`);
            await (action === 'stop' ? stopped : stumbled)(world, owner, point);
            if (action === 'stop') {
              await world.flushAll();
              owner.resume();
            }
            if (action === 'kill') await world.addProjector();
          });
        },
      }),
    ),
  ),
  {
    name: 'ingest is killed before its first checkpoint',
    async run(world) {
      await world.addProjector();
      const victim = await world.addIngest({ FAULTS: 'after-append:kill@1' });
      await world.whileSending(500, async () => {
        await stumbled(world, victim, 'after-append');
        await world.addIngest();
      });
    },
  },
  {
    name: 'an ingest whose partitions another has taken goes on',
    async run(world) {
      await world.addProjector();
      const zombie = await world.addIngest({ FAULTS: 'after-append:stop@3' });
      await world.whileSending(300, async () => {
        await stopped(world, zombie, 'after-append');
        await world.addIngest();
        await world.moreApplied();
        await sleep(LONGER_THAN_A_SESSION);
        zombie.resume();
      });
    },
  },
  {
    name: 'ingest is away for longer than the grace, while clients come back',
    async run(world) {
      const ingest = await world.addIngest();
      await world.addProjector();
      await world.traffic.send(1_500, 1_000);
      await ingest.kill();
      await world.traffic.send(1_500, 1_000);
      await sleep(6_000);
      await ingest.start();
    },
  },
];
