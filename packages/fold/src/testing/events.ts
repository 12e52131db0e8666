import {
  type Attributes,
  type ClientCreatedOrUpdated,
  type ClientDeleted,
  EVENT_TYPES,
  OFFLINE_DEADLINE,
  type OfflineDeadline,
  SequenceNumber,
  type SessionConnected,
  type SessionDisconnected,
} from '@rollcall/schema';
import { at, type Moment, NOON } from './moment.ts';

/** Whom an event is about. The stories' own client has one session. */
export interface Whose {
  readonly namespace?: string;
  readonly client?: string;
  readonly session?: string;
}
export const OURS = { namespace: 'myns', client: 'client1', session: 'session1' } as const;

/** What may differ from one event to the next besides; ids differ only where a story is about ids. */
export interface Envelope extends Whose {
  readonly id?: string;
  readonly source?: string;
}

/** Connected of a number, at noon unless told otherwise. */
export function connected(sequenceNumber: bigint, moment: Moment = NOON, more: Envelope = {}): SessionConnected {
  return { ...envelope(moment, more), type: EVENT_TYPES.sessionConnected, data: sessionData(sequenceNumber, more) };
}

/** Disconnected of a number, at noon by the client's own wish unless told otherwise. */
export function disconnected(
  sequenceNumber: bigint,
  moment: Moment = NOON,
  { reason = 'ClientInitiatedDisconnect', ...more }: Envelope & { readonly reason?: string } = {},
): SessionDisconnected {
  const data = { ...sessionData(sequenceNumber, more), disconnectionReason: reason };
  return { ...envelope(moment, more), type: EVENT_TYPES.sessionDisconnected, data };
}

/** The end of a connection because the client connected again on the same session. */
export function takenOver(sequenceNumber: bigint, moment: Moment = NOON, more: Envelope = {}): SessionDisconnected {
  return disconnected(sequenceNumber, moment, { ...more, reason: 'SessionTakenOver' });
}

export interface Resource extends Envelope {
  /** When it was created; the moment of its last update unless told otherwise. */
  readonly createdOn?: Moment;
  /** When the service said so; the moment of its last update unless told otherwise. */
  readonly time?: Moment;
  readonly clientName?: string;
  readonly state?: string;
  readonly attributes?: Attributes;
}

/** CreatedOrUpdated of the client, last updated at a moment. */
export function updated(moment: Moment, { createdOn = moment, time = moment, ...more }: Resource = {}): ClientCreatedOrUpdated {
  const { clientName = 'client1', state = 'Enabled', attributes = {} } = more;
  return {
    ...envelope(time, more),
    type: EVENT_TYPES.clientCreatedOrUpdated,
    data: { ...clientData(more), clientName, createdOn: at(createdOn), updatedOn: at(moment), state, attributes },
  };
}

export function deleted(
  moment: Moment,
  { clientName = 'client1', ...more }: Envelope & { readonly clientName?: string } = {},
): ClientDeleted {
  return { ...envelope(moment, more), type: EVENT_TYPES.clientDeleted, data: { ...clientData(more), clientName } };
}

/** The projector's own event: the grace after the client's latest ending is over. */
export function deadline(latestEnding: Moment, more: Envelope = {}): OfflineDeadline {
  return { ...envelope(latestEnding, more), type: OFFLINE_DEADLINE, data: { ...clientData(more), latestEnding: at(latestEnding) } };
}

function envelope(moment: Moment, { id = 'id', source = '/namespaces/myns' }: Envelope) {
  return { specversion: '1.0' as const, id, source, time: at(moment) };
}

function clientData({ namespace = OURS.namespace, client = OURS.client }: Whose) {
  return { namespaceName: namespace, clientAuthenticationName: client };
}

function sessionData(sequenceNumber: bigint, whose: Whose) {
  return { ...clientData(whose), clientSessionName: whose.session ?? OURS.session, sequenceNumber: SequenceNumber.parse(sequenceNumber) };
}
