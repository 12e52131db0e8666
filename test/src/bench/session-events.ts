import { randomUUID } from 'node:crypto';
import { formatTime, type Time, timeFromMilliseconds } from '@rollcall/schema';
import { Random } from '../chaos/random.ts';
import { clientName, namespaceOf, sessionName } from './query/fleet.ts';

/** Ticks of 100 ns between two events. */
const INTERVAL = 100n;

/** A moment of a session. */
export interface SessionMoment {
  readonly namespace: string;
  readonly client: string;
  readonly session: string;
  readonly sequenceNumber: number;
  readonly time: Time;
  /** Or else it disconnects. */
  readonly connects: boolean;
}

/** As Event Grid tells of it, some 570 bytes. */
export function sessionEvent({ namespace, client, session, sequenceNumber, time, connects }: SessionMoment): string {
  return JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    time: formatTime(time),
    type: `Microsoft.EventGrid.MQTTClientSession${connects ? 'Connected' : 'Disconnected'}`,
    source: `/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myrg/providers/Microsoft.EventGrid/namespaces/${namespace}`,
    subject: `clients/${client}/sessions/${session}`,
    data: {
      namespaceName: namespace,
      clientAuthenticationName: client,
      clientSessionName: session,
      sequenceNumber,
      ...(!connects && { disconnectionReason: 'ConnectionLost' }),
    },
  });
}

/** Session events of the fleet: a client's one session connects and disconnects by turns,
 *  under numbers that rise, so that every event changes something. */
export class SessionEvents {
  readonly #turns = new Map<number, number>();

  /** `firstNumber`: above those that the fleet has had. */
  constructor(private readonly firstNumber: number) {}

  /** The next event of client `n`. */
  next(n: number, time: Time): string {
    const turn = this.#turns.get(n) ?? 0;
    this.#turns.set(n, turn + 1);
    const [namespace, client, session] = [namespaceOf(n), clientName(n), sessionName(n)];
    return sessionEvent({ namespace, client, session, sequenceNumber: this.firstNumber + turn, time, connects: turn % 2 === 0 });
  }

  /** The next event of each of these clients, their times just before now. */
  *of(clients: Iterable<number>): Iterable<string> {
    const order = [...clients];
    let time: bigint = timeFromMilliseconds(Date.now()) - BigInt(order.length) * INTERVAL;
    for (const n of order) {
      time += INTERVAL;
      yield this.next(n, time as Time);
    }
  }

  /** Clients that had an event. */
  get clients(): number {
    return this.#turns.size;
  }

  /** Of those, the ones that connected last. */
  get online(): number {
    return this.#turns.values().reduce((online, turns) => online + (turns % 2), 0);
  }
}

/** Each client as often as any other, as near as can be, in an order that is the same each time. */
export function inRandomOrder(count: number, clients: number): Iterable<number> {
  const random = new Random(1);
  const order = Uint32Array.from({ length: count }, (_, n) => n % clients);
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}

/** Any clients, some of them more than once. */
export function atRandom(count: number, clients: number, seed: number): Iterable<number> {
  const random = new Random(seed);
  return Uint32Array.from({ length: count }, () => random.below(clients));
}
