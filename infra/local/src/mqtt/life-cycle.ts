import { isDeepStrictEqual } from 'node:util';
import type { WantedClients } from './clients-file.ts';
import { isConnected, Ledger } from './ledger.ts';
import type { DisconnectionReason, EventWriter, LifeCycleEvent, SessionConnected } from './life-cycle-event.ts';

/** Which events follow from what happens at the broker. No I/O: the caller makes what is returned durable, then publishes it, in order. */
export class LifeCycle {
  readonly #write: EventWriter;
  readonly #ledger = new Ledger();

  constructor(write: EventWriter, past: readonly LifeCycleEvent[]) {
    this.#write = write;
    for (const event of past) this.#ledger.apply(event);
  }

  /** Before the Connected goes the end of the connection that it takes over, if there is one. */
  connects(client: string, session: string): { connected: SessionConnected; events: LifeCycleEvent[] } {
    const latest = this.#ledger.session(client, session);
    const takenOver = isConnected(latest) ? [this.#write.disconnected(latest, 'SessionTakenOver')] : [];
    const connected = this.#write.connected(client, session, (latest?.data.sequenceNumber ?? 0) + 1);
    return { connected, events: this.#record([...takenOver, connected]) };
  }

  /** Nothing if that connection has ended already, as one that was taken over has. */
  ends(connection: SessionConnected, reason: DisconnectionReason): LifeCycleEvent[] {
    const { clientAuthenticationName, clientSessionName, sequenceNumber } = connection.data;
    const latest = this.#ledger.session(clientAuthenticationName, clientSessionName);
    if (!isConnected(latest) || latest.data.sequenceNumber !== sequenceNumber) return [];
    return this.#record([this.#write.disconnected(latest, reason)]);
  }

  /** Ends what a broker that was killed left connected. */
  recovers(): LifeCycleEvent[] {
    return this.#record(this.#ledger.connected().map((connection) => this.#write.disconnected(connection, 'ServerError')));
  }

  /** Brings the client resources to what is wanted. */
  registers(wanted: WantedClients): LifeCycleEvent[] {
    const events: LifeCycleEvent[] = this.#ledger
      .clientNames()
      .filter((name) => !wanted.has(name))
      .map((name) => this.#write.deleted(name));
    for (const [name, { state, attributes }] of wanted) {
      const existing = this.#ledger.client(name)?.data;
      if (existing?.state === state && isDeepStrictEqual(existing.attributes, attributes)) continue;
      events.push(this.#write.createdOrUpdated(name, state, attributes, existing?.createdOn));
    }
    return this.#record(events);
  }

  registration(client: string): 'Enabled' | 'Disabled' | 'unregistered' {
    return this.#ledger.client(client)?.data.state ?? 'unregistered';
  }

  #record(events: LifeCycleEvent[]): LifeCycleEvent[] {
    for (const event of events) this.#ledger.apply(event);
    return events;
  }
}
