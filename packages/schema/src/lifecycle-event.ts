import { z } from 'zod';
import { nestsDeeperThan } from './json.ts';
import { Name } from './names.ts';
import { openSet } from './open-set.ts';
import { SequenceNumber } from './sequence-number.ts';
import { TimeText } from './time.ts';

/** The four events that an Event Grid namespace publishes about its MQTT clients.
 *  Source: learn.microsoft.com/azure/event-grid/event-schema-event-grid-namespace */
export const EVENT_TYPES = {
  sessionConnected: 'Microsoft.EventGrid.MQTTClientSessionConnected',
  sessionDisconnected: 'Microsoft.EventGrid.MQTTClientSessionDisconnected',
  clientCreatedOrUpdated: 'Microsoft.EventGrid.MQTTClientCreatedOrUpdated',
  clientDeleted: 'Microsoft.EventGrid.MQTTClientDeleted',
} as const;

/** The documented disconnection reasons. The set is open: an unknown reason is kept as it came. */
export const DISCONNECTION_REASONS = [
  'ClientAuthenticationError',
  'ClientAuthorizationError',
  'ClientError',
  'ClientInitiatedDisconnect',
  'ConnectionLost',
  'IpForbidden',
  'QuotaExceeded',
  'ServerError',
  'ServerInitiatedDisconnect',
  'SessionOverflow',
  'SessionTakenOver',
] as const;

/** The client reconnected on the same session: the end of a connection, not of the client's presence. */
export const SESSION_TAKEN_OVER = 'SessionTakenOver';

/** What a reason or a state is called where the event does not tell it. */
export const UNKNOWN = 'Unknown';

export const DisconnectionReason = openSet([...DISCONNECTION_REASONS, UNKNOWN]);
export const ClientResourceState = openSet(['Enabled', 'Disabled', UNKNOWN]);

export const MAX_ATTRIBUTE_DEPTH = 32;

/** What an id is compared by, and a source found by. Empty where the event has none. */
const Text = z.string().refine((text) => text.isWellFormed(), 'expected well-formed Unicode');

/** A client's attributes, kept whole: any JSON object. Integers beyond 2^53 are bigints. */
export type Attributes = { readonly [name: string]: unknown };
const Attributes = z
  .custom<Attributes>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'expected an object')
  .refine((value) => !nestsDeeperThan(MAX_ATTRIBUTE_DEPTH, value), `expected at most ${MAX_ATTRIBUTE_DEPTH} levels`);

const SessionData = z.object({
  namespaceName: Name,
  clientAuthenticationName: Name,
  clientSessionName: Name,
  sequenceNumber: SequenceNumber,
});

const ClientData = z.object({ namespaceName: Name, clientAuthenticationName: Name, clientName: Name });

/** What every event of the log has; `data` depends on the type. */
export const CloudEvent = z.object({ specversion: z.literal('1.0'), id: Text, source: Text, type: Text });

const Envelope = CloudEvent.extend({ subject: z.string().optional(), time: TimeText });

export const SessionConnected = Envelope.extend({ type: z.literal(EVENT_TYPES.sessionConnected), data: SessionData });
export const SessionDisconnected = Envelope.extend({
  type: z.literal(EVENT_TYPES.sessionDisconnected),
  data: SessionData.extend({ disconnectionReason: DisconnectionReason.schema }),
});
export const ClientCreatedOrUpdated = Envelope.extend({
  type: z.literal(EVENT_TYPES.clientCreatedOrUpdated),
  data: ClientData.extend({
    createdOn: TimeText,
    updatedOn: TimeText,
    state: ClientResourceState.schema,
    attributes: Attributes.default({}),
  }),
});
export const ClientDeleted = Envelope.extend({ type: z.literal(EVENT_TYPES.clientDeleted), data: ClientData });

/** An event as the article describes it, or as `mendEvent` has made it. Whatever else comes in is mended first (`readLifecycleEvent`). */
export const LifecycleEvent = z.discriminatedUnion('type', [SessionConnected, SessionDisconnected, ClientCreatedOrUpdated, ClientDeleted]);

export type SessionConnected = z.infer<typeof SessionConnected>;
export type SessionDisconnected = z.infer<typeof SessionDisconnected>;
export type ClientCreatedOrUpdated = z.infer<typeof ClientCreatedOrUpdated>;
export type ClientDeleted = z.infer<typeof ClientDeleted>;
export type LifecycleEvent = z.infer<typeof LifecycleEvent>;
