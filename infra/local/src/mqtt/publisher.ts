import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@rollcall/service';
import type { LifeCycleEvent } from './life-cycle-event.ts';

/** Where events go. Resolves once all of them, which are of one client, are acknowledged; they keep their order. */
export interface EventHub {
  send(client: string, events: readonly LifeCycleEvent[]): Promise<void>;
}

const LARGEST_ROUND = 1_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** One queue, in order. Sends at once when idle; what piles up while a send is in flight goes with the next one. Tries until it succeeds. */
export class Publisher {
  readonly #hub: EventHub;
  readonly #logger: Logger;
  readonly #bound: number;
  readonly #onAcknowledged: (count: number) => void;
  readonly #stop = new AbortController();
  #queue: LifeCycleEvent[] = [];
  #running: Promise<void> | undefined;

  /** `bound`: events waiting, past which it calls itself full. `onAcknowledged` counts in the order of publishing. */
  constructor(hub: EventHub, logger: Logger, bound: number, onAcknowledged: (count: number) => void) {
    this.#hub = hub;
    this.#logger = logger;
    this.#bound = bound;
    this.#onAcknowledged = onAcknowledged;
  }

  /** No new connection may be taken: each may still add its end, so the queue outgrows the bound by no more than the connections there are. */
  get full(): boolean {
    return this.#queue.length >= this.#bound;
  }

  publish(events: readonly LifeCycleEvent[]): void {
    for (const event of events) this.#queue.push(event);
    if (this.#queue.length > 0) this.#running ??= this.#run();
  }

  /** Waits until all is sent, at most `patience` milliseconds; returns how many events were not. */
  async drain(patience: number): Promise<number> {
    const timer = setTimeout(() => this.#stop.abort(), patience);
    await this.#running;
    clearTimeout(timer);
    return this.#queue.length;
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0 && !this.#stop.signal.aborted) {
        const round = this.#queue.slice(0, LARGEST_ROUND);
        await this.#sendAll(Map.groupBy(round, (event) => event.data.clientAuthenticationName));
        this.#queue = this.#queue.slice(round.length);
        this.#onAcknowledged(round.length);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      this.#running = undefined;
    }
  }

  /** Clients side by side: between them there is no order to keep. */
  async #sendAll(byClient: Map<string, LifeCycleEvent[]>): Promise<void> {
    const { signal } = this.#stop;
    const left = new Map(byClient);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const results = await Promise.allSettled(
        [...left].map(async ([client, events]) => {
          await abortable(this.#hub.send(client, events), signal);
          left.delete(client);
        }),
      );
      signal.throwIfAborted();
      const failure = results.find((result) => result.status === 'rejected');
      if (!failure) {
        if (pause > FIRST_PAUSE_MS) this.#logger.info('event hubs takes events again');
        return;
      }
      if (pause === FIRST_PAUSE_MS) this.#logger.warn({ err: failure.reason, waiting: this.#queue.length }, 'event hubs takes no events');
      await sleep(pause, undefined, { signal });
    }
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort));
}
