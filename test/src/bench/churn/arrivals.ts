import { setTimeout as sleep } from 'node:timers/promises';
import { clientKey, formatTime } from '@rollcall/schema';
import { Keys } from '@rollcall/snapshots';
import { RedisConnection } from '../../chaos/redis-connection.ts';
import { ResultWrong } from '../folding.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { now, timeOf } from '../schedule.ts';
import { partitionOfVisitor, type Visitor } from './visitor.ts';

const LOOK_EVERY = 1;
const PATIENCE = 10_000;

interface Awaited {
  readonly visitor: Visitor;
  readonly due: number;
  readonly taken: number[];
}

/** Asks Redis for clients, each from when an event of it is due until its client shows that event, or a later one. */
export class Arrivals {
  readonly #redis: RedisConnection;
  #awaited: Awaited[] = [];
  #isStopped = false;
  readonly #looking: Promise<void>;

  constructor(
    redisPort: number,
    private readonly partitions: number,
  ) {
    this.#redis = new RedisConnection(redisPort);
    this.#looking = this.#look();
    this.#looking.catch(() => {});
  }

  /** Notes in `taken` how many milliseconds it took. */
  await(visitor: Visitor, due: number, taken: number[]): void {
    this.#awaited.push({ visitor, due, taken });
  }

  async #look(): Promise<void> {
    while (!this.#isStopped || this.#awaited.length > 0) {
      const arrived = new Set<Awaited>();
      for (const one of [...this.#awaited]) {
        const shown = await this.#since(one.visitor);
        if (shown !== undefined && shown >= formatTime(timeOf(one.due))) {
          one.taken.push(now() - one.due);
          arrived.add(one);
        } else if (now() > one.due + PATIENCE) throw new ResultWrong(`an event of ${one.visitor.client} did not come to Redis`);
      }
      this.#awaited = this.#awaited.filter((one) => !arrived.has(one));
      await sleep(LOOK_EVERY);
    }
  }

  async #since(visitor: Visitor): Promise<string | undefined> {
    const key = clientKey(visitor.namespace, visitor.client);
    const text = await this.#redis.ask('GET', new Keys().partition(1, partitionOfVisitor(visitor, this.partitions)).client(key));
    return text === null ? undefined : (JSON.parse(String(text)) as { since?: string }).since;
  }

  /** Resolves when all have come. Throws ResultWrong. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking.finally(() => this.#redis.close());
  }
}

export function shown({ p50, p99 }: Percentiles) {
  return { p50: round(p50), p99: round(p99) };
}

export function latencyOf(taken: readonly number[]) {
  return shown(percentilesOf(taken));
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
