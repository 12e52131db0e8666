import {
  type ClientCreatedOrUpdated,
  type ClientDeleted,
  EVENT_TYPES,
  OFFLINE_DEADLINE,
  type OfflineDeadline,
  type SequenceNumber,
  type SessionConnected,
  type SessionDisconnected,
  type Time,
} from '@rollcall/schema';

/** The namespace of every generated event. */
export const NAMESPACE = 'fleet';

interface Connection {
  readonly client: string;
  readonly session: string;
  readonly sequenceNumber: SequenceNumber;
  readonly source: string;
}

export function connected(connection: Connection, time: Time): SessionConnected {
  return { ...envelope(connection.source, time), type: EVENT_TYPES.sessionConnected, data: sessionData(connection) };
}

export function disconnected(connection: Connection, time: Time, disconnectionReason: string): SessionDisconnected {
  const data = { ...sessionData(connection), disconnectionReason };
  return { ...envelope(connection.source, time), type: EVENT_TYPES.sessionDisconnected, data };
}

/** A client's resource as one of its events tells it. */
export interface Resource {
  readonly client: string;
  readonly clientName: string;
  readonly source: string;
  readonly id: string;
}

export function createdOrUpdated(
  { client, clientName, source, id }: Resource,
  time: Time,
  content: Pick<ClientCreatedOrUpdated['data'], 'createdOn' | 'updatedOn' | 'state' | 'attributes'>,
): ClientCreatedOrUpdated {
  const data = { namespaceName: NAMESPACE, clientAuthenticationName: client, clientName, ...content };
  return { ...envelope(source, time), id, type: EVENT_TYPES.clientCreatedOrUpdated, data };
}

export function deleted({ client, clientName, source, id }: Resource, time: Time): ClientDeleted {
  const data = { namespaceName: NAMESPACE, clientAuthenticationName: client, clientName };
  return { ...envelope(source, time), id, type: EVENT_TYPES.clientDeleted, data };
}

export function deadline(client: string, latestEnding: Time, time: Time): OfflineDeadline {
  const data = { namespaceName: NAMESPACE, clientAuthenticationName: client, latestEnding };
  return { ...envelope('rollcall', time), type: OFFLINE_DEADLINE, data };
}

function envelope(source: string, time: Time) {
  return { specversion: '1.0' as const, id: 'any', source, time };
}

function sessionData({ client, session, sequenceNumber }: Connection) {
  return { namespaceName: NAMESPACE, clientAuthenticationName: client, clientSessionName: session, sequenceNumber };
}
