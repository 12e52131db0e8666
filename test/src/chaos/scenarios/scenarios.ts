import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world.ts';

/** A story of one fault, told while traffic flows. */
export interface Scenario {
  readonly name: string;
  /** Projectors that run before it begins. */
  readonly projectors: number;
  /** Settings of the services. */
  readonly env?: Readonly<Record<string, string>>;
  readonly run: (world: World) => Promise<void>;
}

/** Beyond the group's session timeout, in ms. */
const LONGER_THAN_A_SESSION = 13_000;

/** In the middle: some of the traffic has been folded since. */
async function someFolded(world: World): Promise<void> {
  const before = await total(world);
  await world.until('some events are folded', async () => (await total(world)) > before);
}

async function total(world: World): Promise<bigint> {
  const marks = await world.watermarks();
  return marks.reduce<bigint>((sum, mark) => sum + (mark ?? 0n), 0n);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a projector is killed, and another takes its partitions over',
    projectors: 2,
    async run(world) {
      const sending = world.traffic.send(4_000, 600);
      await someFolded(world);
      await world.projectors[0]?.kill();
      await sending;
    },
  },
  {
    name: 'a projector that was frozen beyond its session goes on as a zombie',
    projectors: 2,
    async run(world) {
      const sending = world.traffic.send(8_000, 500);
      await someFolded(world);
      world.projectors[0]?.pause();
      await sleep(LONGER_THAN_A_SESSION);
      world.projectors[0]?.resume();
      await sending;
    },
  },
  {
    name: 'Redis is emptied while nothing happens',
    projectors: 1,
    async run(world) {
      await world.traffic.send(2_000);
      await world.quiet();
      await world.flushAll();
      await world.until('Redis is being restored', async () => (await world.watermarks()).every((mark) => mark !== undefined));
    },
  },
  {
    name: 'Redis is emptied under load, and again in the middle of the restore',
    projectors: 1,
    async run(world) {
      const sending = world.traffic.send(6_000, 800);
      await someFolded(world);
      await sleep(2_000);
      await world.flushAll();
      await world.until('a partition is being restored', async () => (await world.watermarks()).some((mark) => mark === undefined), 5_000);
      await world.flushAll();
      await sending;
    },
  },
  {
    name: 'Redis is rolled back to an older copy',
    projectors: 1,
    async run(world) {
      const sending = world.traffic.send(5_000, 600);
      await someFolded(world);
      const putBack = await world.copyRedis();
      await sleep(3_000);
      await putBack();
      await sending;
    },
  },
  {
    name: 'Kafka is killed and comes back',
    projectors: 1,
    async run(world) {
      const sending = world.traffic.send(5_000, 500);
      await someFolded(world);
      await world.stack.part('kafka').kill();
      await sleep(3_000);
      await world.stack.part('kafka').start();
      await sending;
    },
  },
  {
    name: 'projectors join and leave',
    projectors: 1,
    async run(world) {
      const sending = world.traffic.send(6_000, 500);
      await someFolded(world);
      await world.addProjector();
      await someFolded(world);
      await world.addProjector();
      await someFolded(world);
      await world.projectors[0]?.stop();
      await someFolded(world);
      await world.projectors[1]?.stop();
      await sending;
    },
  },
];
