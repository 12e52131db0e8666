export {
  type ClientMemory,
  type ClientState,
  type RememberedSession,
  restoreClient,
  type SessionState,
  sessionOf,
  unseenClient,
} from './client.ts';
export type { Deleted, ResourceMemory, Written } from './client-resource.ts';
export { type Folded, fold, type IgnoredReason } from './fold.ts';
export {
  clientsOf,
  type EventRecord,
  type FoldedClient,
  type FoldedEvent,
  FoldingBatch,
  type KeyedRecord,
  keyRecord,
  type RefusedRecord,
} from './fold-batch.ts';
export type { Forgotten } from './forgetting.ts';
export { type ClientPresence, pendingEnding } from './presence.ts';
export type { SessionConclusion } from './session-conclusion.ts';
export {
  type Connected,
  type Disconnected,
  type SessionMemory,
  sameConnected,
  sameDisconnected,
} from './session-memory.ts';
export { DEFAULT_SETTINGS, type FoldSettings } from './settings.ts';
export {
  clientMembers,
  clientSnapshot,
  clientText,
  clientTraits,
  type MembersOf,
  sessionMembers,
  sessionSnapshot,
  sessionText,
} from './snapshot.ts';
export { decodeState, encodeMemory, encodeState, stateParts, storedSessions } from './state-record.ts';
export { decodeOffset, decodeSession, decodeSessionSnapshot } from './stored-session.ts';
