import type { StartedStack } from '@rollcall/local';
import { fleetsInTurns, stackWithClients } from './fleets-in-turns.ts';
import { type FoldRun, watchFold } from './fold-run.ts';
import type { Folding } from './folding.ts';
import { BAR_RATE, type LatencyRun, measureLatency, WARM_UP, WARM_UP_AGAIN } from './latency.ts';
import { LogOfEvents } from './log-of-events.ts';
import { totalPeakMegabytes } from './process-usage.ts';
import { projectors } from './projectors.ts';
import { atRandom, inRandomOrder, SessionEvents } from './session-events.ts';

/** Sequence numbers of one load of events. Those of the loaded fleet are below. */
const NUMBERS_PER_LOAD = 1_000_000;
/** All rounds are one life of the log. */
const PROJECTOR = projectors(1, { sharedGroup: 'rollcall-projector' });

export interface ScaleOptions {
  /** Clients in Redis, of each fleet. */
  readonly fleets: readonly number[];
  /** Events per load that waits. */
  readonly events: number;
  readonly partitions: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

export interface ScaleRun {
  /** Of events of as many clients, whatever the fleet: nothing differs but its size. */
  readonly sameClients: FoldRun;
  /** Of as many events of any clients: those of a large fleet come once each, those of a small one many times. */
  readonly anyClients: FoldRun;
  readonly latency: LatencyRun;
  /** The projector's peak, over the last two. */
  readonly megabytes: number;
}

/** A stack for each fleet, with so many clients in Redis. In each round, in turns, a new projector goes on from there through events that wait of as
 *  many clients as the smallest fleet has, another through events of any clients, and then through a steady load of any clients. The first round,
 *  while the brokers are new, does not count. Gives the runs by size. */
export async function scale(options: ScaleOptions): Promise<ReadonlyMap<number, readonly ScaleRun[]>> {
  const runs = await fleetsInTurns(options.fleets, options.rounds, (clients) => ScaledFleet.load(clients, options), options.say);
  return new Map([...runs].map(([{ clients }, ofFleet]) => [clients, ofFleet]));
}

class ScaledFleet {
  readonly #log: LogOfEvents;
  #loads = 0;

  private constructor(
    readonly clients: number,
    private readonly options: ScaleOptions,
    private readonly stack: StartedStack,
  ) {
    this.#log = new LogOfEvents(stack.kafkaBrokers, options.partitions);
  }

  static async load(clients: number, options: ScaleOptions): Promise<ScaledFleet> {
    const { stack } = await stackWithClients(clients, options.partitions, options.say);
    const fleet = new ScaledFleet(clients, options, stack);
    try {
      await fleet.#log.create();
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  async measure(round: number): Promise<ScaleRun> {
    const { clients, options } = this;
    const some = Math.min(...options.fleets);
    const sameClients = await this.#foldWaiting(spread(inRandomOrder(options.events, some), clients / some), async (_, fold) => fold);
    return this.#foldWaiting(atRandom(options.events, clients, round), async (folding, anyClients) => {
      const warmUp = round === 0 ? WARM_UP : WARM_UP_AGAIN;
      const steady = {
        clients,
        rate: BAR_RATE,
        warmUp,
        seconds: options.seconds,
        firstNumber: this.#nextNumber(),
        through: 'log',
      } as const;
      const latency = await measureLatency({ stack: this.stack, log: this.#log }, folding, steady);
      const megabytes = totalPeakMegabytes(folding.pids());
      if (round === options.rounds) await folding.verify({ changes: await this.#log.count(), clients });
      const costs = [sameClients, anyClients, latency].map(({ cpuPerEvent }) => cpuPerEvent.toFixed(1));
      options.say(`scale: ${clients.toLocaleString('en')} clients: ${costs.join(', ')} µs of CPU an event`);
      return { sameClients, anyClients, latency, megabytes };
    });
  }

  /** A new projector folds an event of each of these clients, which all wait for it; it runs until `then` has ended. */
  async #foldWaiting<T>(of: Iterable<number>, then: (folding: Folding, fold: FoldRun) => Promise<T>): Promise<T> {
    const { stack, options } = this;
    await this.#log.append(new SessionEvents(this.#nextNumber()).of(of));
    const folding = await PROJECTOR.start({ stack, log: this.#log }, String(this.#loads));
    try {
      return await then(folding, await watchFold(stack, folding, await this.#log.ends(), options.events));
    } finally {
      await folding.stop();
    }
  }

  #nextNumber(): number {
    return ++this.#loads * NUMBERS_PER_LOAD;
  }

  async stop(): Promise<void> {
    await this.#log.close();
    await this.stack.stop();
  }
}

/** Each so many times its number: from all over a larger fleet. */
function* spread(clients: Iterable<number>, stride: number): Iterable<number> {
  for (const n of clients) yield Math.floor(n * stride);
}
