import { clientKey, partitionOf, type Time } from '@rollcall/schema';
import { sessionEvent } from '../session-events.ts';

/** A client whose sessions connect and disconnect by turns: each event changes something. */
export interface Visitor {
  readonly namespace: string;
  readonly client: string;
  next(time: Time): string;
}

/** Takes a new session name for each connection, as MQTT libraries do that pick one at random. */
export class ChurningClient implements Visitor {
  #events = 0;

  constructor(
    readonly namespace: string,
    readonly client: string,
    /** Characters of each session name. */
    private readonly nameLength = 36,
  ) {}

  /** Names that it has taken and given up again. */
  get names(): number {
    return Math.floor(this.#events / 2);
  }

  next(time: Time): string {
    const { namespace, client } = this;
    const session = String(this.names).padStart(this.nameLength, 'session-');
    return sessionEvent({ namespace, client, session, sequenceNumber: 1, time, connects: this.#events++ % 2 === 0 });
  }
}

/** Has one session name, and numbers that rise. */
export class OrdinaryClient implements Visitor {
  #events = 0;

  constructor(
    readonly namespace: string,
    readonly client: string,
  ) {}

  next(time: Time): string {
    const connects = this.#events % 2 === 0;
    const sequenceNumber = 1 + Math.floor(this.#events++ / 2);
    return sessionEvent({ namespace: this.namespace, client: this.client, session: 'the-only-one', sequenceNumber, time, connects });
  }
}

/** So many ordinary clients, in partitions for which `isWanted` holds. */
export function ordinaryClients(
  namespace: string,
  count: number,
  partitions: number,
  isWanted: (partition: number) => boolean,
): OrdinaryClient[] {
  const clients: OrdinaryClient[] = [];
  for (let n = 0; clients.length < count; n++) {
    const client = new OrdinaryClient(namespace, `ordinary-${n}`);
    if (isWanted(partitionOfVisitor(client, partitions))) clients.push(client);
  }
  return clients;
}

export function partitionOfVisitor({ namespace, client }: Visitor, partitions: number): number {
  return partitionOf(clientKey(namespace, client), partitions);
}
