import type { World } from '../world.ts';
import { type Scenario, settled, stopped, stumbled } from './scenario.ts';
import { REDIS_FAULTS, type RedisFault } from './stumbles.ts';

/** So many that each partition has more of them than one call to Redis applies. */
const MANY_CLIENTS = 2_400;

/** Nobody reads while many clients tell of themselves: what comes next is one batch of each partition, applied in several calls. */
async function largeBatchesWait(world: World): Promise<void> {
  await world.traffic.sendOfEach(MANY_CLIENTS);
  await world.logged();
}

/** More than one fetch brings, of each partition: their owner leaves what it committed staged. */
const MANY_EVENTS = 24_000;

async function backlogWaits(world: World): Promise<void> {
  await (await settled(world, 500)).stop();
  await world.traffic.send(MANY_EVENTS);
  await world.logged();
}

function redisWhileStaged({ name, prepare }: RedisFault): Scenario {
  return {
    name: `Redis is ${name} while an owner works a backlog off, and has left staged what it committed`,
    async run(world) {
      await backlogWaits(world);
      const fault = await prepare(world);
      const owner = world.addStumblingProjector('after-stage:stop@2');
      await stopped(world, owner, 'after-stage');
      await fault();
      owner.resume();
      await world.traffic.send(500);
    },
  };
}

/** Redis is as it was before much of what is committed: whoever comes next has to catch up. Returns what puts it back there again. */
async function redisLags(world: World): Promise<() => Promise<void>> {
  const owner = await settled(world, 500);
  const putBack = await world.copyRedis();
  await world.traffic.send(2_000);
  await world.quiet();
  await owner.stop();
  await putBack();
  return putBack;
}

function redisBetweenApplies({ name, prepare }: RedisFault): Scenario {
  return {
    name: `Redis is ${name} between two calls that apply one batch`,
    async run(world) {
      const first = await settled(world, 500);
      const fault = await prepare(world);
      await first.stop();
      await largeBatchesWait(world);
      const owner = world.addStumblingProjector('between-applies:stop');
      await stopped(world, owner, 'between-applies');
      await fault();
      owner.resume();
      await world.traffic.send(500);
    },
  };
}

/** What is done in several calls of Redis, and may end between two of them. */
export const PORTIONS: readonly Scenario[] = [
  {
    name: 'an owner is killed between two calls that apply one batch',
    async run(world) {
      await (await settled(world, 500)).stop();
      await largeBatchesWait(world);
      await stumbled(world, world.addStumblingProjector('between-applies:kill'), 'between-applies');
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
  {
    name: 'an owner stands still between two calls that apply one batch while its successor applies, and goes on as a zombie',
    async run(world) {
      await (await settled(world, 500)).stop();
      await largeBatchesWait(world);
      const zombie = world.addStumblingProjector('between-applies:stop');
      await stopped(world, zombie, 'between-applies');
      await world.addProjector();
      await world.traffic.send(500);
      await world.moreApplied();
      zombie.resume();
      await world.traffic.send(500);
    },
  },
  ...Object.values(REDIS_FAULTS).map(redisBetweenApplies),
  {
    name: 'an owner works a backlog off, and folds on from what it left staged',
    async run(world) {
      await backlogWaits(world);
      await stumbled(world, world.addStumblingProjector('after-stage:pause=1'), 'after-stage');
      await world.traffic.send(500);
    },
  },
  {
    name: 'an owner is killed while it works a backlog off, and has left staged what it committed',
    async run(world) {
      await backlogWaits(world);
      await stumbled(world, world.addStumblingProjector('after-stage:kill@2'), 'after-stage');
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
  {
    name: 'an owner that has left staged what it committed stands still while its successor applies, and goes on as a zombie',
    async run(world) {
      await backlogWaits(world);
      const zombie = world.addStumblingProjector('after-stage:stop@2');
      await stopped(world, zombie, 'after-stage');
      await world.addProjector();
      await world.traffic.send(500);
      await world.moreApplied();
      zombie.resume();
      await world.traffic.send(500);
    },
  },
  ...Object.values(REDIS_FAULTS).map(redisWhileStaged),
  {
    name: 'an owner is killed while it catches up',
    async run(world) {
      await redisLags(world);
      await stumbled(world, world.addStumblingProjector('in-catch-up:kill'), 'in-catch-up');
      await world.addProjector();
      await world.traffic.send(500);
    },
  },
  {
    name: 'Redis is emptied while an owner catches up',
    async run(world) {
      await redisLags(world);
      const owner = world.addStumblingProjector('in-catch-up:stop');
      await stopped(world, owner, 'in-catch-up');
      await world.flushAll();
      owner.resume();
      await world.traffic.send(500);
    },
  },
  {
    name: 'Redis is rolled back while an owner catches up',
    async run(world) {
      const putBack = await redisLags(world);
      const owner = world.addStumblingProjector('in-catch-up:stop');
      await stopped(world, owner, 'in-catch-up');
      await putBack();
      owner.resume();
      await world.traffic.send(500);
    },
  },
];
