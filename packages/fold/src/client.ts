import { type ClientKey, compareText, type Time } from '@rollcall/schema';
import type { ResourceMemory } from './client-resource.ts';
import { type Forgotten, keepSessions } from './forgetting.ts';
import { type ClientPresence, presenceOf } from './presence.ts';
import { conclude, type SessionConclusion } from './session-conclusion.ts';
import type { SessionMemory } from './session-memory.ts';
import { DEFAULT_SETTINGS, type FoldSettings } from './settings.ts';

/** The source of the newest event: a namespace may be moved to another resource path. */
export interface SourceMemory {
  readonly time: Time;
  readonly source: string;
}

/** A session as it is stored. */
export interface RememberedSession {
  readonly session: string;
  readonly memory: SessionMemory;
  /** What the client had forgotten when the session came up, or came back: for good, no event at or before it counts. Half a memory
   *  would show connected what has long ended. */
  readonly forgottenUpTo?: Time | undefined;
  /** Offset of the last event that changed the memory. */
  readonly offset: bigint;
}

/** What is remembered of a client: a join, whatever the order and duplication of its events, within the limits of what is kept. */
export interface ClientMemory {
  readonly source?: SourceMemory | undefined;
  readonly sessions: readonly RememberedSession[];
  /** Absent: no session of it was ever forgotten. */
  readonly forgotten?: Forgotten | undefined;
  readonly resource: ResourceMemory;
  /** The greatest ending that an OfflineDeadline named (rule 6). */
  readonly confirmedUpTo?: Time | undefined;
}

export interface SessionState extends RememberedSession {
  readonly conclusion: SessionConclusion;
}

/** A client with its sessions as of one offset of the log: what is remembered and what follows from it. */
export interface ClientState extends ClientKey {
  readonly source?: SourceMemory | undefined;
  /** In the order of their names' UTF-8 bytes. */
  readonly sessions: readonly SessionState[];
  readonly forgotten?: Forgotten | undefined;
  readonly resource: ResourceMemory;
  readonly confirmedUpTo?: Time | undefined;
  readonly presence: ClientPresence;
  /** Offset of the last event that changed what is remembered; below the log's first offset if there was none. */
  readonly offset: bigint;
}

const NO_SESSIONS: readonly SessionState[] = [];
const NO_RESOURCE: ResourceMemory = { written: undefined, deleted: undefined };
const NO_PRESENCE = presenceOf([], undefined, undefined, DEFAULT_SETTINGS);

/** A client of which nothing is known yet. */
export function unseenClient({ key, namespace, client }: ClientKey): ClientState {
  return {
    key,
    namespace,
    client,
    source: undefined,
    sessions: NO_SESSIONS,
    forgotten: undefined,
    resource: NO_RESOURCE,
    confirmedUpTo: undefined,
    presence: NO_PRESENCE,
    offset: -1n,
  };
}

export function sessionOf({ sessions }: Pick<ClientState, 'sessions'>, session: string): SessionState | undefined {
  return sessions.find((state) => state.session === session);
}

/** The sessions with one of them new. */
export function withSession(sessions: readonly SessionState[], state: SessionState): readonly SessionState[] {
  const at = sessions.findIndex(({ session }) => session === state.session);
  if (at >= 0) return sessions.with(at, state);
  const after = sessions.findIndex(({ session }) => compareText(session, state.session) > 0);
  return sessions.toSpliced(after < 0 ? sessions.length : after, 0, state);
}

/** A client from what was stored of it: the conclusions are drawn anew, and what is beyond the limits is forgotten. */
export function restoreClient(
  { key, namespace, client }: ClientKey,
  memory: ClientMemory,
  offset: bigint,
  settings: FoldSettings,
): ClientState {
  const remembered = memory.sessions
    .map(({ session, memory: of, forgottenUpTo, offset: at }) => ({
      session,
      memory: of,
      forgottenUpTo,
      conclusion: conclude(of, settings),
      offset: at,
    }))
    .sort((a, b) => compareText(a.session, b.session));
  const { source, resource, confirmedUpTo } = memory;
  const { sessions, forgotten, presence } = keepSessions(remembered, memory.forgotten, confirmedUpTo, settings);
  return { key, namespace, client, source, sessions, forgotten, resource, confirmedUpTo, presence, offset };
}
