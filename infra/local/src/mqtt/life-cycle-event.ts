/** The life-cycle events of an Event Grid namespace, as CloudEvents 1.0 JSON.
 *  Source: learn.microsoft.com/azure/event-grid/event-schema-event-grid-namespace */

/** Those of the documented reasons that can come about here. */
export type DisconnectionReason =
  | 'ClientAuthenticationError'
  | 'ClientAuthorizationError'
  | 'ClientError'
  | 'ClientInitiatedDisconnect'
  | 'ConnectionLost'
  | 'ServerError'
  | 'ServerInitiatedDisconnect'
  | 'SessionTakenOver';

interface CloudEvent<Type extends string, Data> {
  readonly specversion: '1.0';
  readonly id: string;
  /** UTC, seven fractional digits. */
  readonly time: string;
  readonly type: `Microsoft.EventGrid.${Type}`;
  readonly source: string;
  readonly subject: string;
  readonly data: Data;
}

interface SessionData {
  readonly namespaceName: string;
  readonly clientAuthenticationName: string;
  readonly clientSessionName: string;
  /** Rises with each connection of the session, from 1; a Disconnected carries the number of its Connected. */
  readonly sequenceNumber: number;
}

interface ClientData {
  readonly namespaceName: string;
  readonly clientName: string;
  readonly clientAuthenticationName: string;
}

export type ClientState = 'Enabled' | 'Disabled';
export type Attributes = Readonly<Record<string, string | number | readonly string[]>>;

export type SessionConnected = CloudEvent<'MQTTClientSessionConnected', SessionData>;
export type SessionDisconnected = CloudEvent<
  'MQTTClientSessionDisconnected',
  SessionData & { readonly disconnectionReason: DisconnectionReason }
>;
export type ClientCreatedOrUpdated = CloudEvent<
  'MQTTClientCreatedOrUpdated',
  ClientData & {
    readonly createdOn: string;
    readonly updatedOn: string;
    readonly state: ClientState;
    readonly attributes: Attributes;
  }
>;
export type ClientDeleted = CloudEvent<'MQTTClientDeleted', ClientData>;

export type LifeCycleEvent = SessionConnected | SessionDisconnected | ClientCreatedOrUpdated | ClientDeleted;

/** Writes the events of one namespace. Ids and times come from the caller. */
export class EventWriter {
  readonly #namespace: string;
  readonly #source: string;
  readonly #newId: () => string;
  readonly #now: () => string;

  constructor(namespace: string, newId: () => string, now: () => string) {
    this.#namespace = namespace;
    this.#source = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.EventGrid/namespaces/${namespace}`;
    this.#newId = newId;
    this.#now = now;
  }

  connected(client: string, session: string, sequenceNumber: number): SessionConnected {
    return {
      ...this.#envelope(),
      type: 'Microsoft.EventGrid.MQTTClientSessionConnected',
      source: this.#source,
      subject: `clients/${client}/sessions/${session}`,
      data: { namespaceName: this.#namespace, clientAuthenticationName: client, clientSessionName: session, sequenceNumber },
    };
  }

  disconnected({ subject, data }: SessionConnected, disconnectionReason: DisconnectionReason): SessionDisconnected {
    return {
      ...this.#envelope(),
      type: 'Microsoft.EventGrid.MQTTClientSessionDisconnected',
      source: this.#source,
      subject,
      data: { ...data, disconnectionReason },
    };
  }

  /** `createdOn` is that of the client as it was, or now for a new one. */
  createdOrUpdated(client: string, state: ClientState, attributes: Attributes, createdOn: string | undefined): ClientCreatedOrUpdated {
    const envelope = this.#envelope();
    return {
      ...envelope,
      type: 'Microsoft.EventGrid.MQTTClientCreatedOrUpdated',
      source: this.#source,
      subject: `clients/${client}`,
      data: {
        createdOn: createdOn ?? envelope.time,
        updatedOn: envelope.time,
        namespaceName: this.#namespace,
        clientName: client,
        clientAuthenticationName: client,
        state,
        attributes,
      },
    };
  }

  deleted(client: string): ClientDeleted {
    return {
      ...this.#envelope(),
      type: 'Microsoft.EventGrid.MQTTClientDeleted',
      source: this.#source,
      subject: `clients/${client}`,
      data: { namespaceName: this.#namespace, clientName: client, clientAuthenticationName: client },
    };
  }

  #envelope() {
    return { specversion: '1.0', id: this.#newId(), time: this.#now() } as const;
  }
}
