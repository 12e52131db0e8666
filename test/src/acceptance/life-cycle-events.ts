import { randomUUID } from 'node:crypto';

/** Whose session an event is about. */
export interface Whose {
  readonly namespace: string;
  readonly client: string;
  /** Default: `s`. */
  readonly session?: string;
}

/** What may differ from one event to the next. */
export interface Occasion {
  /** RFC 3339. Default: now. */
  readonly time?: string;
  /** Default: 1. */
  readonly sequenceNumber?: number;
}

const source = '/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/namespaces/n';

export function sessionConnected(whose: Whose, occasion: Occasion = {}): string {
  return event('SessionConnected', occasion, sessionData(whose, occasion));
}

export function sessionDisconnected(whose: Whose, disconnectionReason: string, occasion: Occasion = {}): string {
  return event('SessionDisconnected', occasion, { ...sessionData(whose, occasion), disconnectionReason });
}

/** Created at `createdOn` and updated at the event's time. */
export function clientUpdated({ namespace, client }: Whose, createdOn: string, attributes: object, occasion: Occasion = {}): string {
  const updatedOn = occasion.time ?? new Date().toISOString();
  const data = { ...clientData(namespace, client), createdOn, updatedOn, state: 'Enabled', attributes };
  return event('CreatedOrUpdated', { ...occasion, time: updatedOn }, data);
}

export function clientDeleted({ namespace, client }: Whose, occasion: Occasion = {}): string {
  return event('Deleted', occasion, clientData(namespace, client));
}

function sessionData({ namespace, client, session = 's' }: Whose, { sequenceNumber = 1 }: Occasion) {
  return { namespaceName: namespace, clientAuthenticationName: client, clientSessionName: session, sequenceNumber };
}

function clientData(namespace: string, client: string) {
  return { namespaceName: namespace, clientName: client, clientAuthenticationName: client };
}

function event(type: string, { time = new Date().toISOString() }: Occasion, data: object): string {
  const id = randomUUID();
  return JSON.stringify({
    specversion: '1.0',
    id,
    time,
    type: `Microsoft.EventGrid.MQTTClient${type}`,
    source,
    subject: 'clients/any',
    data,
  });
}
