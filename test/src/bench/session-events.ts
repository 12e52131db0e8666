import { randomUUID } from 'node:crypto';
import { formatTime, type Time } from '@rollcall/schema';
import { clientName, namespaceOf, sessionName } from './query/fleet.ts';

/** Session events of the fleet as Event Grid tells of them, some 570 bytes each: a client's one session connects and disconnects by turns,
 *  under numbers that rise, so that every event changes something. */
export class SessionEvents {
  readonly #turns = new Map<number, number>();

  /** `firstNumber`: above those that the fleet has had. */
  constructor(private readonly firstNumber: number) {}

  /** The next event of client `n`. */
  next(n: number, time: Time): string {
    const turn = this.#turns.get(n) ?? 0;
    this.#turns.set(n, turn + 1);
    const connects = turn % 2 === 0;
    const namespace = namespaceOf(n);
    const [client, session] = [clientName(n), sessionName(n)];
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
        sequenceNumber: this.firstNumber + turn,
        ...(!connects && { disconnectionReason: 'ConnectionLost' }),
      },
    });
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
