import { EventHub, inArray } from '../acceptance/event-hub.ts';

/** More than the hub has partitions, so that all get some. */
const KEYS = 16;

/** Sends events to the Event Hubs emulator, a client's in their order: all of a client under one partition key. */
export class EventHubSender {
  readonly #hub: EventHub;

  constructor(connectionString: string) {
    this.#hub = new EventHub(connectionString);
  }

  /** As Event Grid does, each event in an array of its own. Resolves when all are accepted. */
  async append(events: readonly string[]): Promise<void> {
    const byKey = Map.groupBy(events, keyOf);
    await Promise.all(
      [...byKey].map(([key, members]) =>
        this.#hub.send(
          members.map((event) => inArray(event)),
          key,
        ),
      ),
    );
  }

  async close(): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
  }
}

/** The client's name is a UUID: its first digits are as good as a hash. */
function keyOf(event: string): string {
  const client = /"clientAuthenticationName":"([0-9a-f]{8})/.exec(event)?.[1] ?? '0';
  return `key ${Number.parseInt(client, 16) % KEYS}`;
}
