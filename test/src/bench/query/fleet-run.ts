import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunningPart, StartedStack } from '@rollcall/local';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import { runProgram } from '../child-program.ts';
import { stackWithClients } from '../fleets-in-turns.ts';
import { LogOfEvents } from '../log-of-events.ts';
import type { Asked, AskerOptions } from './asker.ts';

/** Seconds of traffic before anything is asked in a turn. */
const SETTLE = 10;
/** Deadlines that fall due are events, too, and only of a large fleet: of a small one, the next connection comes first. None does here, so that as
 *  many events are written of each. */
const OFFLINE_GRACE = '1000h';

export interface FleetOptions {
  readonly clients: number;
  readonly partitions: number;
  /** Written by the projector meanwhile. */
  readonly eventsPerSecond: number;
  readonly questionsPerSecond: number;
  /** Per question and turn. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

export interface Turn {
  /** What the projector really applied to Redis meanwhile. */
  readonly eventsPerSecond: number;
  readonly asked: readonly Asked[];
}

/** - Node counts all cores of the machine: its collector's threads would wait for each other on the one core that the asker has.
 *  - Its new heap begins at 1 MB, two pages: what V8 finds to outlive that it takes for long-lived, for good, and all that hangs on it.
 *  - Where little lives, V8 lets the old heap grow by a few MB only, and collects it every few seconds. As for a projector (docs/adr/0029). */
const NODE_FLAGS = ['--single-threaded-gc', '--min-semi-space-size=16', '--heap-growing-percent=200'];

/** Kafka, Redis and a projector that goes on from a fleet that was loaded. */
export class QueriedFleet {
  readonly #redis: RedisConnection;
  readonly #log: LogOfEvents;

  private constructor(
    private readonly options: FleetOptions,
    private readonly stack: StartedStack,
    private readonly projector: RunningPart,
    readonly bytesPerClient: number,
  ) {
    this.#redis = new RedisConnection(stack.ports.redis);
    this.#log = new LogOfEvents(stack.kafkaBrokers, options.partitions);
  }

  get clients(): number {
    return this.options.clients;
  }

  static async load(options: FleetOptions): Promise<QueriedFleet> {
    const { clients, partitions, say } = options;
    const { stack, bytesPerClient } = await stackWithClients(clients, partitions, say);
    try {
      const projector = stack.add('projector', { as: 'bench-projector', env: { PARTITIONS: String(partitions), OFFLINE_GRACE } });
      await projector.start();
      if (/"msg":"restoring"/.test(projector.log())) throw new Error('the projector did not go on from what was loaded');
      return new QueriedFleet(options, stack, projector, bytesPerClient);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Events for the projector from one process, questions from another; at the end both are gone. */
  async measure(round: number): Promise<Turn> {
    const { clients, partitions, eventsPerSecond, questionsPerSecond, seconds } = this.options;
    const { kafkaBrokers, redisUrl } = this.stack;
    const program = fileURLToPath(new URL('traffic.js', import.meta.url));
    const args = [program, kafkaBrokers, clients, partitions, eventsPerSecond, round].map(String);
    const first = await this.#applied();
    const traffic = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    try {
      while ((await this.#applied()) - first < SETTLE * eventsPerSecond) await sleep(200);
      while ((await this.#log.count()) - (await this.#applied()) > eventsPerSecond) await sleep(200);
      // The asker is started from here, and stays where this process is.
      apart([this.stack.part('kafka').pid, this.projector.pid, traffic.pid], [this.stack.part('redis').pid, process.pid]);
      const [before, began] = [await this.#applied(), performance.now()];
      const asker: AskerOptions = { redisUrl, kafkaBrokers, clients, questionsPerSecond, seconds };
      const asked = await runProgram<AskerOptions, Asked[]>('query/asker', asker, NODE_FLAGS);
      return { eventsPerSecond: ((await this.#applied()) - before) / ((performance.now() - began) / 1_000), asked };
    } finally {
      traffic.stdin?.end();
      if (traffic.exitCode === null) await once(traffic, 'exit');
    }
  }

  async stop(): Promise<void> {
    this.#redis.close();
    await this.#log.close();
    await this.stack.stop();
  }

  /** Events that the projector has applied so far. */
  async #applied(): Promise<number> {
    let sum = 0;
    for (let partition = 0; partition < this.options.partitions; partition++)
      sum += Number(await this.#redis.ask('HGET', `rollcall:{1:${partition}}:meta`, 'watermark'));
    return sum;
  }
}

/** Redis and whoever asks have a core that the load does not take: in production they do not share theirs with brokers. */
function apart(load: readonly (number | undefined)[], measured: readonly (number | undefined)[]): void {
  const last = os.cpus().length - 1;
  const pin = (cores: string, pid: number | undefined) => execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)]);
  for (const pid of load) pin(`0-${last - 1}`, pid);
  for (const pid of measured) pin(String(last), pid);
}
