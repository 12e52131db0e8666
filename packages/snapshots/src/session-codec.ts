import {
  type Connected,
  type Disconnected,
  type MembersOf,
  type RememberedSession,
  type SessionMemory,
  type SessionState,
  sameConnected,
  sameDisconnected,
} from '@rollcall/fold';
import { formatTime, jsonInteger, readTime, type SessionSnapshot, type SessionStatus } from '@rollcall/schema';
import type { ClientId } from './keys.ts';
import { decodeConnected, decodeDisconnected, encodeRegister } from './registers.ts';

/** A number; a text where it was written before docs/adr/0033. */
export type StoredOffset = number | bigint | string;

/** A session as its client's JSON holds it: of the snapshot what neither the client nor another member says, and what the fold remembers
 *  beyond it.
 *
 *  - `connectedAt` where disconnected: else it is `since`; `disconnectedAt` is always `since`
 *  - `counterRestarted` where true
 *  - `latestConnected` where it is not (sequenceNumber, connectedAt); `firstConnectedAt` where its firstTime is another
 *  - `newestConnected` where it is not latestConnected
 *  - `forgottenUpTo` where the session came up after others of the client were forgotten
 *  - `latestDisconnected`, `latestReason` where it is not (sequenceNumber, disconnectedAt, disconnectionReason)
 *  - `newestDisconnected`, `newestReason` where it is not latestDisconnected */
export interface SessionJson {
  readonly session: string;
  readonly status: SessionStatus;
  readonly since: string;
  readonly sequenceNumber: string;
  readonly connectedAt?: string | undefined;
  readonly disconnectionReason?: string | undefined;
  readonly counterRestarted?: true | undefined;
  readonly offset: StoredOffset;
  readonly latestConnected?: string | undefined;
  readonly firstConnectedAt?: string | undefined;
  readonly newestConnected?: string | undefined;
  readonly latestDisconnected?: string | undefined;
  readonly latestReason?: string | undefined;
  readonly newestDisconnected?: string | undefined;
  readonly newestReason?: string | undefined;
  readonly forgottenUpTo?: string | undefined;
}

/** `snapshot` is that of the state. */
export function encodeSession(
  snapshot: MembersOf<SessionSnapshot>,
  { memory, forgottenUpTo, conclusion, offset }: SessionState,
): SessionJson {
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

export function decodeSessionSnapshot({ namespace, client }: ClientId, stored: SessionJson): SessionSnapshot {
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
export function decodeSession(stored: SessionJson): RememberedSession {
  const forgottenUpTo = stored.forgottenUpTo === undefined ? undefined : readTime(stored.forgottenUpTo);
  return { session: stored.session, memory: decodeMemory(stored), forgottenUpTo, offset: BigInt(stored.offset) };
}

function decodeMemory(stored: SessionJson): SessionMemory {
  const latestConnected = decodeConnected(stored.latestConnected) ?? shownConnected(stored);
  const firstTime = stored.firstConnectedAt === undefined ? latestConnected?.time : readTime(stored.firstConnectedAt);
  const newestConnected = decodeConnected(stored.newestConnected) ?? latestConnected;
  const latestDisconnected = decodeDisconnected(stored.latestDisconnected, stored.latestReason) ?? shownEnding(stored);
  const newestDisconnected = decodeDisconnected(stored.newestDisconnected, stored.newestReason) ?? latestDisconnected;
  return { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected };
}

/** The registers that the snapshot itself may stand for. */
function shownConnected({ status, since, sequenceNumber, connectedAt }: SessionJson): Connected | undefined {
  const time = status === 'connected' ? since : connectedAt;
  return time === undefined ? undefined : { sequenceNumber: BigInt(sequenceNumber), time: readTime(time) };
}

function shownEnding({ status, since, sequenceNumber, disconnectionReason }: SessionJson): Disconnected | undefined {
  if (status === 'connected') return undefined;
  return { sequenceNumber: BigInt(sequenceNumber), time: readTime(since), reason: disconnectionReason ?? '' };
}
