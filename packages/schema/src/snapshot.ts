/** Where an event stands in `rollcall.events`. Offsets are int64: decimal strings. */
export interface Position {
  readonly partition: number;
  readonly offset: string;
}

export type SessionStatus = 'connected' | 'disconnected';
export type Presence = 'online' | 'offline' | 'unknown';
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
  readonly disconnectedAt?: string;
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
  readonly clientName?: string;
  readonly source: string;
  readonly presence: Presence;
  /** Online: the earliest connectedAt of its connected sessions. Offline: the latest ending. Absent if unknown. */
  readonly since?: string;
  readonly offlineConfirmed: boolean;
  /** Offline: the reason of the latest ending. */
  readonly disconnectionReason?: string;
  readonly connectedSessions: number;
  readonly sessions: readonly string[];
  readonly exists: Existence;
  readonly state?: string;
  readonly attributes?: { readonly [name: string]: unknown };
  readonly createdOn?: string;
  readonly updatedOn?: string;
  readonly deletedAt?: string;
  /** Offset of the last event that changed what is remembered of the client or its sessions. */
  readonly offset: string;
}

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
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One record of `rollcall.dead-letters`: what could not be read, and why. */
export interface DeadLetter {
  /** Where it stands in `rollcall.dead-letters`. */
  readonly position: Position;
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
  readonly position: Position;
  /** Empty where only details changed, such as a connectedAt that a late event filled in. */
  readonly kinds: readonly ChangeKind[];
  readonly client: ClientSnapshot;
  /** The session that the event was about; absent for events of the client's resource. */
  readonly session?: SessionSnapshot;
  /** The event that caused it, as received. */
  readonly event: unknown;
}
