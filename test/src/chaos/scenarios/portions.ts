import type { World } from '../world.ts';
import { type Scenario, settled, stopped, stumbled } from './scenario.ts';
import { REDIS_FAULTS, type RedisFault } from './stumbles.ts';

/** So many that each partition has more of them than one call to Redis applies. */
const MANY_CLIENTS = 2_400;

/** More than one fetch brings, of each partition: their owner leaves its transaction open for the next. */
const MANY_EVENTS = 24_000;

/** Where an owner stumbles that has done a part of its work, and what it has to do. Nobody reads while that is sent. */
interface Portion {
  readonly stumble: (action: 'kill' | 'stop') => string;
  readonly point: string;
  readonly send: (world: World) => Promise<void>;
}

/** What waits is one batch of each partition, applied in several calls. */
const BETWEEN_APPLIES: Portion = {
  point: 'between-applies',
  stumble: (action) => `between-applies:${action}`,
  send: (world) => world.traffic.sendOfEach(MANY_CLIENTS),
};

const OPEN: Portion = {
  point: 'after-stage',
  stumble: (action) => `after-stage:${action}@2`,
  send: (world) => world.traffic.send(MANY_EVENTS),
};

async function waiting(world: World, { send }: Portion): Promise<void> {
  await (await settled(world, 500)).stop();
  await send(world);
  await world.logged();
}

function killed(name: string, portion: Portion): Scenario {
  return {
    name,
    async run(world) {
      await waiting(world, portion);
      await stumbled(world, world.addStumblingProjector(portion.stumble('kill')), portion.point);
      await world.addProjector();
      await world.traffic.send(500);
    },
  };
}

function zombie(name: string, portion: Portion): Scenario {
  return {
    name,
    async run(world) {
      await waiting(world, portion);
      const owner = world.addStumblingProjector(portion.stumble('stop'));
      await stopped(world, owner, portion.point);
      await world.addProjector();
      await world.traffic.send(500);
      await world.moreApplied();
      owner.resume();
      await world.traffic.send(500);
    },
  };
}

function redisFails(name: string, portion: Portion, { prepare }: RedisFault): Scenario {
  return {
    name,
    async run(world) {
      await waiting(world, portion);
      const fault = await prepare(world);
      const owner = world.addStumblingProjector(portion.stumble('stop'));
      await stopped(world, owner, portion.point);
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

/** What is done in several calls of Redis, and may end between two of them. */
export const PORTIONS: readonly Scenario[] = [
  killed('an owner is killed between two calls that apply one batch', BETWEEN_APPLIES),
  zombie(
    'an owner stands still between two calls that apply one batch while its successor applies, and goes on as a zombie',
    BETWEEN_APPLIES,
  ),
  ...Object.values(REDIS_FAULTS).map((fault) =>
    redisFails(`Redis is ${fault.name} between two calls that apply one batch`, BETWEEN_APPLIES, fault),
  ),
  {
    name: 'an owner works a backlog off, and folds on from what it has not committed yet',
    async run(world) {
      await waiting(world, OPEN);
      await stumbled(world, world.addStumblingProjector('after-stage:pause=1'), 'after-stage');
      await world.traffic.send(500);
    },
  },
  killed('an owner is killed while it works a backlog off, and has not committed what it folded', OPEN),
  zombie(
    'an owner that has not committed what it folded of a backlog stands still while its successor applies, and goes on as a zombie',
    OPEN,
  ),
  ...Object.values(REDIS_FAULTS).map((fault) =>
    redisFails(`Redis is ${fault.name} while an owner works a backlog off, and has not committed what it folded`, OPEN, fault),
  ),
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
