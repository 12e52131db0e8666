import type { ClientCreatedOrUpdated, LifeCycleEvent, SessionConnected, SessionDisconnected } from './life-cycle-event.ts';

/** What the events so far add up to: the latest event of each session, and of each client that exists. */
export class Ledger {
  readonly #sessions = new Map<string, SessionConnected | SessionDisconnected>();
  readonly #clients = new Map<string, ClientCreatedOrUpdated>();

  apply(event: LifeCycleEvent): void {
    switch (event.type) {
      case 'Microsoft.EventGrid.MQTTClientSessionConnected':
      case 'Microsoft.EventGrid.MQTTClientSessionDisconnected':
        this.#sessions.set(sessionKey(event.data.clientAuthenticationName, event.data.clientSessionName), event);
        break;
      case 'Microsoft.EventGrid.MQTTClientCreatedOrUpdated':
        this.#clients.set(event.data.clientAuthenticationName, event);
        break;
      case 'Microsoft.EventGrid.MQTTClientDeleted':
        this.#clients.delete(event.data.clientAuthenticationName);
        break;
      default:
        event satisfies never;
    }
  }

  session(client: string, session: string): SessionConnected | SessionDisconnected | undefined {
    return this.#sessions.get(sessionKey(client, session));
  }

  client(name: string): ClientCreatedOrUpdated | undefined {
    return this.#clients.get(name);
  }

  clientNames(): string[] {
    return [...this.#clients.keys()];
  }

  connected(): SessionConnected[] {
    return [...this.#sessions.values()].filter(isConnected);
  }

  /** The fewest events that add up to the same. */
  events(): LifeCycleEvent[] {
    return [...this.#clients.values(), ...this.#sessions.values()];
  }
}

export function isConnected(event: LifeCycleEvent | undefined): event is SessionConnected {
  return event?.type === 'Microsoft.EventGrid.MQTTClientSessionConnected';
}

function sessionKey(client: string, session: string): string {
  return JSON.stringify([client, session]);
}
