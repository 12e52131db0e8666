import {
  type ClientKey,
  formatTime,
  jsonInteger,
  readTime,
  type SessionSnapshot,
  type StoredOffset,
  type StoredSession,
} from '@rollcall/schema';
import type { RememberedSession, SessionState } from './client.ts';
import { decodeConnected, decodeDisconnected, encodeRegister } from './registers.ts';
import { type Connected, type Disconnected, type SessionMemory, sameConnected, sameDisconnected } from './session-memory.ts';
import type { MembersOf } from './snapshot.ts';

/** A session as `rollcall.state` and Redis have it. `snapshot` is that of the state. */
export function encodeSession(
  snapshot: MembersOf<SessionSnapshot>,
  { memory, forgottenUpTo, conclusion, offset }: SessionState,
): StoredSession {
  const { session, status, since, sequenceNumber, connectedAt, disconnectionReason, counterRestarted } = snapshot;
  const { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected } = memory;
  const { connected, ending } = conclusion;
  // The snapshot has one number: that of the ending, if there is one.
  const shown = connected && { time: connected.time, sequenceNumber: (ending ?? connected).sequenceNumber };
  const latestShown = sameConnected(latestConnected, shown);
  const endingShown = sameDisconnected(latestDisconnected, ending);
  const newestStored = !sameDisconnected(newestDisconnected, latestDisconnected);
  return {
    session,
    status,
    since,
    sequenceNumber,
    connectedAt: status === 'disconnected' ? connectedAt : undefined,
    disconnectionReason,
    counterRestarted: counterRestarted || undefined,
    offset: jsonInteger(offset),
    latestConnected: latestConnected && !latestShown ? encodeRegister(latestConnected) : undefined,
    firstConnectedAt: firstTime !== undefined && firstTime !== latestConnected?.time ? formatTime(firstTime) : undefined,
    newestConnected: newestConnected && !sameConnected(newestConnected, latestConnected) ? encodeRegister(newestConnected) : undefined,
    latestDisconnected: latestDisconnected && !endingShown ? encodeRegister(latestDisconnected) : undefined,
    latestReason: latestDisconnected && !endingShown ? latestDisconnected.reason : undefined,
    newestDisconnected: newestDisconnected && newestStored ? encodeRegister(newestDisconnected) : undefined,
    newestReason: newestDisconnected && newestStored ? newestDisconnected.reason : undefined,
    forgottenUpTo: forgottenUpTo === undefined ? undefined : formatTime(forgottenUpTo),
  };
}

type Whose = Pick<ClientKey, 'namespace' | 'client'>;

/** A session as people see it. */
export function decodeSessionSnapshot({ namespace, client }: Whose, stored: StoredSession): SessionSnapshot {
  const { session, status, since, sequenceNumber, disconnectionReason, counterRestarted = false, offset } = stored;
  const connectedAt = status === 'connected' ? since : stored.connectedAt;
  return {
    namespace,
    client,
    session,
    status,
    since,
    sequenceNumber,
    ...(connectedAt !== undefined && { connectedAt }),
    ...(status === 'disconnected' && { disconnectedAt: since }),
    ...(disconnectionReason !== undefined && { disconnectionReason }),
    counterRestarted,
    offset: decodeOffset(offset),
  };
}

/** A number's own text V8 may put into its old heap; that of a bigint it does not. */
export function decodeOffset(offset: StoredOffset): string {
  return BigInt(offset).toString();
}

/** All that is remembered of a session. */
export function decodeSession(stored: StoredSession): RememberedSession {
  const forgottenUpTo = stored.forgottenUpTo === undefined ? undefined : readTime(stored.forgottenUpTo);
  return { session: stored.session, memory: decodeMemory(stored), forgottenUpTo, offset: BigInt(stored.offset) };
}

function decodeMemory(stored: StoredSession): SessionMemory {
  const latestConnected = decodeConnected(stored.latestConnected) ?? shownConnected(stored);
  const firstTime = stored.firstConnectedAt === undefined ? latestConnected?.time : readTime(stored.firstConnectedAt);
  const newestConnected = decodeConnected(stored.newestConnected) ?? latestConnected;
  const latestDisconnected = decodeDisconnected(stored.latestDisconnected, stored.latestReason) ?? shownEnding(stored);
  const newestDisconnected = decodeDisconnected(stored.newestDisconnected, stored.newestReason) ?? latestDisconnected;
  return { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected };
}

/** The registers that the snapshot itself may stand for. */
function shownConnected({ status, since, sequenceNumber, connectedAt }: StoredSession): Connected | undefined {
  const time = status === 'connected' ? since : connectedAt;
  return time === undefined ? undefined : { sequenceNumber: BigInt(sequenceNumber), time: readTime(time) };
}

function shownEnding({ status, since, sequenceNumber, disconnectionReason }: StoredSession): Disconnected | undefined {
  if (status === 'connected') return undefined;
  return { sequenceNumber: BigInt(sequenceNumber), time: readTime(since), reason: disconnectionReason ?? '' };
}
