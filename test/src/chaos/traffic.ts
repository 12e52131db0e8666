import { setTimeout as sleep } from 'node:timers/promises';
import { EventHub, inArray, single } from '../acceptance/event-hub.ts';
import { clientDeleted, clientUpdated, sessionConnected, sessionDisconnected } from '../acceptance/life-cycle-events.ts';
import { Random } from './random.ts';

/** What Event Hubs has acknowledged. */
export interface Sent {
  /** How often each event was sent, by its id: each copy is a message of its own. */
  readonly copies: ReadonlyMap<string, number>;
  /** Bodies that are no events. */
  readonly poison: ReadonlySet<string>;
}

export interface Fleet {
  readonly seed: number;
  readonly clients: number;
  /** Names that a client's sessions have. One of them is the usual one. */
  readonly sessions: number;
}

const NAMESPACE = 'fleet';
const REASONS = ['ConnectionLost', 'ClientInitiatedDisconnect', 'ServerError', 'a reason to come'];
const EVENTS_PER_BATCH = 100;
/** Events that wait to be sent late, at most. */
const HELD = 200;

interface Line {
  number: number;
  connected: boolean;
}

/** A fleet as Event Grid tells of it: connections, their ends, take-overs, resources; some events twice, some late, some no events. */
export class Traffic {
  readonly copies = new Map<string, number>();
  readonly poison = new Set<string>();
  readonly #random: Random;
  readonly #lines = new Map<string, Line>();
  readonly #held: string[] = [];
  readonly #recent: string[] = [];
  readonly #hub: EventHub;
  #drawn = 0;
  #isClosed = false;

  constructor(
    connectionString: string,
    private readonly fleet: Fleet,
  ) {
    this.#random = new Random(fleet.seed);
    this.#hub = new EventHub(connectionString);
  }

  /** Sends so many events, at most so many a second, until `signal` aborts. Each batch is sent until it is acknowledged, so some are sent twice. */
  async send(count: number, perSecond = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<void> {
    const began = Date.now();
    for (let sent = 0; sent < count && !signal?.aborted; ) {
      const size = Math.min(count - sent, 1 + this.#random.below(2 * EVENTS_PER_BATCH));
      await this.#sendBatch(
        Array.from({ length: size }, () => this.#draw()),
        signal,
      );
      sent += size;
      const ahead = (sent / perSecond) * 1000 - (Date.now() - began);
      if (ahead > 0) await sleep(ahead, undefined, { ...(signal && { signal }) }).catch(() => {});
    }
  }

  /** Sends an event of each of so many clients. */
  async sendOfEach(clients: number): Promise<void> {
    for (let from = 0; from < clients; from += EVENTS_PER_BATCH) {
      const size = Math.min(EVENTS_PER_BATCH, clients - from);
      await this.#sendBatch(Array.from({ length: size }, (_, at) => this.#next(from + at)));
    }
  }

  /** Sends what was held back. */
  async flush(): Promise<void> {
    await this.#sendBatch(this.#held.splice(0));
  }

  async #sendBatch(events: readonly string[], signal?: AbortSignal): Promise<void> {
    const half = Math.floor(events.length / 2);
    const bad = this.#random.chance(0.2) ? [`{"specversion":"1.0","id":"poison ${this.fleet.seed} ${this.#drawn}"`] : [];
    const messages = [...(half > 0 ? [inArray(...events.slice(0, half))] : []), ...events.slice(half).map(single), ...bad.map(single)];
    if (messages.length === 0) return;
    const key = `key ${this.#random.below(50)}`;
    for (;;) {
      try {
        await this.#hub.send(messages, key);
        break;
      } catch (error) {
        if (signal?.aborted) return;
        if (this.#isClosed) throw error;
        await sleep(200);
      }
    }
    for (const event of events) {
      const { id } = JSON.parse(event) as { id: string };
      this.copies.set(id, (this.copies.get(id) ?? 0) + 1);
    }
    for (const body of bad) this.poison.add(body);
  }

  #draw(): string {
    this.#drawn++;
    const random = this.#random;
    if (this.#held.length > 0 && (this.#held.length >= HELD || random.chance(0.02))) {
      return this.#held.splice(random.below(this.#held.length), 1)[0] ?? this.#next();
    }
    if (this.#recent.length > 0 && random.chance(0.05)) return random.pick(this.#recent);
    const event = this.#next();
    if (random.chance(0.03)) {
      this.#held.push(event);
      return this.#next();
    }
    this.#recent[Math.min(this.#recent.length, random.below(500))] = event;
    return event;
  }

  #next(number = this.#random.below(this.fleet.clients)): string {
    const random = this.#random;
    const client = `sensor ${number}`;
    const session = `s${random.chance(0.8) ? 0 : random.below(this.fleet.sessions)}`;
    const whose = { namespace: NAMESPACE, client, session };
    const kind = random.next();
    if (kind < 0.06) return clientUpdated(whose, '2026-03-01T00:00:00Z', { site: random.below(9), floors: ['1', '2'] });
    if (kind < 0.08) return clientDeleted(whose);
    const line = this.#lines.get(`${client}/${session}`) ?? { number: 0, connected: false };
    this.#lines.set(`${client}/${session}`, line);
    if (line.connected && kind < 0.2) {
      // Taken over: the next Connected has the next number.
      line.connected = false;
      return sessionDisconnected(whose, 'SessionTakenOver', { sequenceNumber: line.number });
    }
    line.connected = !line.connected;
    if (!line.connected) return sessionDisconnected(whose, random.pick(REASONS), { sequenceNumber: line.number });
    line.number++;
    return sessionConnected(whose, { sequenceNumber: line.number });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#hub[Symbol.asyncDispose]();
  }
}
