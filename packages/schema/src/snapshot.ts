/** Where an event stands in `rollcall.events`. Offsets are int64: decimal strings. */
export interface Position {
  readonly partition: number;
  readonly offset: string;
}

/** Whether the session's current connection is there, or has ended. */
export type SessionStatus = 'connected' | 'disconnected';
/** Whether any session of the client is connected; `unknown` if no session event of it was ever seen. */
export type Presence = 'online' | 'offline' | 'unknown';
/** Whether the client resource is registered; `unknown` if no event of the resource was ever seen. */
export type Existence = 'yes' | 'no' | 'unknown';

/** A session as people see it. Times are RFC 3339 UTC with seven fraction digits; int64 are decimal strings. */
export interface SessionSnapshot {
  readonly namespace: string;
  readonly client: string;
  readonly session: string;
  readonly status: SessionStatus;
  /** When the status began: connectedAt or disconnectedAt. */
  readonly since: string;
  /** The number of the connection that is there now, or that ended. */
  readonly sequenceNumber: string;
  /** Start of that connection; absent if its Connected was never seen. */
  readonly connectedAt?: string;
  /** Its end, as the service noticed it; absent while connected. */
  readonly disconnectedAt?: string;
  /** Why it ended, such as `ConnectionLost`; absent while connected. */
  readonly disconnectionReason?: string;
  /** The service restarted the counter: a lower number is the newer connection. */
  readonly counterRestarted: boolean;
  /** Offset of the last event that changed what is remembered of the session. */
  readonly offset: string;
}

/** A client as people see it: presence (from its sessions) and existence (from its resource) are independent. */
export interface ClientSnapshot {
  readonly namespace: string;
  readonly client: string;
  /** The name of the client resource, if an event told it. */
  readonly clientName?: string;
  /** The `source` of the newest event: the resource path of the Event Grid namespace. */
  readonly source: string;
  readonly presence: Presence;
  /** Online: the earliest connectedAt of its connected sessions. Offline: the latest ending. Absent if unknown. */
  readonly since?: string;
  /** True once the client has stayed offline for the grace period (`OFFLINE_GRACE` of the projector). */
  readonly offlineConfirmed: boolean;
  /** Offline: the reason of the latest ending. */
  readonly disconnectionReason?: string;
  readonly connectedSessions: number;
  /** How many sessions are remembered, connected or not. */
  readonly rememberedSessions: number;
  readonly exists: Existence;
  /** Of the client resource, such as `Enabled` or `Disabled`. */
  readonly state?: string;
  /** Of the client resource. An integer beyond 2^53 is a bigint. */
  readonly attributes?: { readonly [name: string]: unknown };
  /** When the client resource was created. */
  readonly createdOn?: string;
  /** When the client resource was changed last. */
  readonly updatedOn?: string;
  /** When the client resource was deleted; absent unless `exists` is `no`. */
  readonly deletedAt?: string;
  /** Offset of the last event that changed what is remembered of the client or its sessions. */
  readonly offset: string;
}

/** What may have happened in a change. */
export const CHANGE_KINDS = [
  'session-connected',
  'session-disconnected',
  'counter-restarted',
  'client-online',
  'client-offline',
  'client-offline-confirmed',
  'client-registered',
  'client-updated',
  'client-deleted',
] as const;
/** One of CHANGE_KINDS. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One record of `rollcall.dead-letters`: what could not be read, and why. */
export interface DeadLetter {
  /** Where it stands in `rollcall.dead-letters`. */
  readonly position: Position;
  /** When it was put there. */
  readonly time: string;
  /** One of a few words, such as `not-json` or `time-in-future`. */
  readonly reason: string;
  /** Which field, which limit. */
  readonly detail: string;
  /** `namespace/client`, as far as it could be read. */
  readonly key?: string;
  /** Where it came from: the record's other headers. */
  readonly from: Readonly<Record<string, string>>;
  /** The original, byte for byte, in base64. */
  readonly original: string;
}

/** One record of `rollcall.changes`: an event that changed something that a user can see. */
export interface Change {
  /** Where the event stands in `rollcall.events`. */
  readonly position: Position;
  /** Empty where only details changed, such as a connectedAt that a late event filled in. */
  readonly kinds: readonly ChangeKind[];
  /** The client after the event. */
  readonly client: ClientSnapshot;
  /** The session that the event was about, after it; absent for events of the client's resource. */
  readonly session?: SessionSnapshot;
  /** The event that caused it, as received. */
  readonly event: unknown;
}
