import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster, RunningPart } from '@rollcall/local';
import { BROKER_FAULTS } from './broker-faults.ts';
import { Random } from './random.ts';
import { restoring } from './scenarios/scenario.ts';
import type { World } from './world.ts';

export interface StormOptions {
  readonly seed: number;
  readonly events: number;
  /** For how long the events are sent, in ms; longer, if there were too few faults by then. */
  readonly duration: number;
  readonly leastFaults: number;
  /** Of a cluster's brokers, beside the others: at the least so many. */
  readonly leastBrokerFaults: number;
  readonly say: (line: string) => void;
}

/** How often each kind of fault was done. */
export type Faults = ReadonlyMap<string, number>;

const MOST_PROJECTORS = 4;
/** Events a second. */
const TRICKLE = 100;
const STUMBLE_POINTS = [
  'after-read-committed',
  'after-claim',
  'after-load',
  'in-transaction',
  'after-commit',
  'between-applies',
  'after-apply',
  'in-catch-up',
];

/** Sends events, and breaks something all the while, as the seed has it; of a cluster its brokers too, at the same time. Resolves when the last
 *  event is sent and everything runs again. */
export async function storm(world: World, options: StormOptions): Promise<Faults> {
  const { seed, events, duration } = options;
  const began = Date.now();
  const done = new Map<string, number>();
  const struck = (name: string) => {
    options.say(`  ${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${name}`);
    done.set(name, (done.get(name) ?? 0) + 1);
  };
  await world.addIngest();
  await world.addProjector();
  await world.addProjector();
  const over = new AbortController();
  let isSent = false;
  const sending = world.traffic.send(events, (events * 1000) / duration, over.signal).then(() => {
    isSent = true;
    // What is sent beyond what was asked for must not become a backlog of its own.
    return world.traffic.send(Number.POSITIVE_INFINITY, TRICKLE, over.signal);
  });
  sending.catch(() => {}); // It may fail before anybody waits for it.
  const thawing: Promise<void>[] = [];
  const { kafkaCluster } = world.stack;
  const random = new Random(seed);
  const faults = kafkaCluster === undefined ? FAULTS : FAULTS.filter(({ kafka }) => kafka === undefined);
  let isBreakingBrokers = kafkaCluster !== undefined;
  const brokers = breakBrokers(world, kafkaCluster, options, struck, () => isSent).finally(() => {
    isBreakingBrokers = false;
  });
  brokers.catch(() => {});
  try {
    let deck: (typeof FAULTS)[number][] = [];
    for (let count = 0; !isSent || isBreakingBrokers || count < options.leastFaults; count++) {
      await sleep(1_000 + random.below(4_000));
      if (deck.length === 0) deck = random.shuffled(faults);
      const fault = deck.pop();
      if (fault === undefined) break;
      struck(fault.name);
      await fault.strike(world, random, thawing);
    }
    await brokers;
  } finally {
    over.abort();
  }
  await sending;
  await Promise.all(thawing);
  // Others may be dead, or stumble again.
  await world.addProjector();
  return done;
}

/** One fault after the other, all of a kind before the next round of them. */
async function breakBrokers(
  world: World,
  cluster: KafkaCluster | undefined,
  { seed, leastBrokerFaults }: StormOptions,
  struck: (name: string) => void,
  isSent: () => boolean,
): Promise<void> {
  if (cluster === undefined) return;
  const random = new Random(seed + 1_000_000);
  for (let count = 0, deck: (typeof BROKER_FAULTS)[number][] = []; !isSent() || count < leastBrokerFaults; count++) {
    await sleep(1_000 + random.below(2_000));
    if (deck.length === 0) deck = random.shuffled(BROKER_FAULTS);
    const fault = deck.pop();
    if (fault === undefined) return;
    struck(fault.name);
    await fault.strike(world, cluster, random);
  }
}

interface Fault {
  readonly name: string;
  /** It is done to the one node of Kafka. */
  readonly kafka?: true;
  readonly strike: (world: World, random: Random, thawing: Promise<void>[]) => Promise<void>;
}

const FAULTS: readonly Fault[] = [
  { name: 'kill a projector', strike: async (world, random) => killed([random.pick(world.projectors)]) },
  { name: 'kill all projectors', strike: async (world) => killed(world.projectors) },
  { name: 'kill ingest', strike: async (world) => killed(world.ingests) },
  { name: 'kill Kafka', kafka: true, strike: async (world) => killed([world.stack.part('kafka')]) },
  { name: 'kill Event Hubs', strike: async (world) => killed([world.stack.part('eventhubs')]) },
  { name: 'kill Redis', strike: (world) => world.restartRedis() },
  {
    name: 'kill Redis, which keeps nothing',
    strike: (world) => world.restartRedis((dir) => rm(path.join(dir, 'appendonlydir'), { recursive: true })),
  },
  { name: 'empty Redis', strike: (world) => world.flushAll() },
  {
    name: 'empty Redis, and again while it is restored',
    async strike(world) {
      await world.flushAll();
      await restoring(world).catch(() => {});
      await world.flushAll();
    },
  },
  {
    name: 'roll Redis back',
    async strike(world, random) {
      const putBack = await world.copyRedis();
      await sleep(500 + random.below(4_000));
      await putBack();
    },
  },
  {
    name: 'freeze a projector beyond its session',
    async strike(world, random, thawing) {
      const projector = random.pick(world.projectors);
      projector.pause();
      thawing.push(sleep(11_000 + random.below(4_000)).then(() => projector.resume()));
    },
  },
  {
    name: 'add or remove a projector',
    async strike(world, random) {
      if (world.projectors.length < MOST_PROJECTORS && random.chance(0.6)) await world.addProjector();
      else if (world.projectors.length > 1) await world.projectors.shift()?.stop();
    },
  },
  {
    name: 'make a projector stumble between two steps',
    async strike(world, random, thawing) {
      if (world.projectors.length >= MOST_PROJECTORS) await world.projectors.shift()?.stop();
      const action = random.pick(['stop', 'kill', 'fail']);
      const starting = world.addProjector({ FAULTS: `${random.pick(STUMBLE_POINTS)}:${action}@${1 + random.below(6)}` });
      const projector = world.projectors.at(-1);
      if (action === 'stop') thawing.push(sleep(12_000 + random.below(4_000)).then(() => projector?.resume()));
      // It may end before it answers.
      await starting.catch(() => {});
    },
  },
];

/** Ends them as kill -9 does; they start again. */
async function killed(parts: readonly RunningPart[]): Promise<void> {
  const victims = [...parts];
  await Promise.all(victims.map((part) => part.kill()));
  await whileThawing(victims, () => Promise.all(victims.map(startedAgain)));
}

/** One that was made to stop itself does so again after it was killed, and nobody else would let it go on. */
export async function whileThawing<T>(parts: readonly RunningPart[], wait: () => Promise<T>): Promise<T> {
  const thaw = setInterval(() => {
    for (const part of parts) part.resume();
  }, 1_000);
  return await wait().finally(() => clearInterval(thaw));
}

/** One that was made to kill itself does so again, maybe before it answers: others have its partitions. */
async function startedAgain(part: RunningPart): Promise<void> {
  try {
    await part.start();
  } catch (error) {
    if (!part.log().includes('"action":"kill"')) throw error;
  }
}
