import {
  type Disconnected,
  type RememberedSession,
  type SessionMemory,
  type SessionState,
  sameConnected,
  sameDisconnected,
} from '@rollcall/fold';
import { formatTime, readTime, type SessionSnapshot, type SessionStatus } from '@rollcall/schema';
import { type Fields, present } from './fields.ts';
import type { ClientId } from './keys.ts';
import { decodeConnected, decodeDisconnected, encodeRegister } from './registers.ts';

/** The session's hash: of the snapshot what neither its key nor another field says, and what the fold remembers beyond it.
 *
 *  - `connectedAt` where disconnected: else it is `since`; `disconnectedAt` is always `since`
 *  - `counterRestarted` where true
 *  - `latestConnected` where it is not (sequenceNumber, connectedAt); `firstConnectedAt` where its firstTime is another
 *  - `newestConnected` where it is not latestConnected
 *  - `latestDisconnected`, `latestReason` where it is not (sequenceNumber, disconnectedAt, disconnectionReason)
 *  - `newestDisconnected`, `newestReason` where it is not latestDisconnected */
export function encodeSession(snapshot: SessionSnapshot, { memory, conclusion }: SessionState): Fields {
  const { status, since, sequenceNumber, connectedAt, disconnectionReason, counterRestarted, offset } = snapshot;
  const { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected } = memory;
  const { connected, ending } = conclusion;
  // The snapshot has one number: that of the ending, if there is one.
  const shown = connected && { time: connected.time, sequenceNumber: (ending ?? connected).sequenceNumber };
  const latestShown = sameConnected(latestConnected, shown);
  const endingShown = sameDisconnected(latestDisconnected, ending);
  const newestStored = !sameDisconnected(newestDisconnected, latestDisconnected);
  return present({
    status,
    since,
    sequenceNumber,
    connectedAt: status === 'disconnected' ? connectedAt : undefined,
    disconnectionReason,
    counterRestarted: counterRestarted ? 'true' : undefined,
    offset,
    latestConnected: latestConnected && !latestShown ? encodeRegister(latestConnected) : undefined,
    firstConnectedAt: firstTime !== undefined && firstTime !== latestConnected?.time ? formatTime(firstTime) : undefined,
    newestConnected: newestConnected && !sameConnected(newestConnected, latestConnected) ? encodeRegister(newestConnected) : undefined,
    latestDisconnected: latestDisconnected && !endingShown ? encodeRegister(latestDisconnected) : undefined,
    latestReason: latestDisconnected && !endingShown ? latestDisconnected.reason : undefined,
    newestDisconnected: newestDisconnected && newestStored ? encodeRegister(newestDisconnected) : undefined,
    newestReason: newestDisconnected && newestStored ? newestDisconnected.reason : undefined,
  });
}

/** Whose session: what its key says. */
export interface SessionId extends ClientId {
  readonly session: string;
}

export function decodeSessionSnapshot({ namespace, client, session }: SessionId, fields: Fields): SessionSnapshot {
  const { since = '', sequenceNumber = '', disconnectionReason, offset = '' } = fields;
  const status = fields['status'] as SessionStatus;
  const connectedAt = status === 'connected' ? since : fields['connectedAt'];
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
    counterRestarted: fields['counterRestarted'] === 'true',
    offset,
  };
}

/** A session as it is stored, from what was read: the snapshot and all that is remembered. */
export function decodeSession(id: SessionId, fields: Fields): RememberedSession {
  const snapshot = decodeSessionSnapshot(id, fields);
  return { session: id.session, memory: decodeMemory(snapshot, fields), offset: BigInt(snapshot.offset) };
}

function decodeMemory(snapshot: SessionSnapshot, fields: Fields): SessionMemory {
  const shown = shownRegisters(snapshot);
  const latest = fields['latestConnected'] === undefined ? shown.connected : decodeConnected(fields['latestConnected']);
  const firstTime = fields['firstConnectedAt'] === undefined ? latest?.time : readTime(fields['firstConnectedAt']);
  const newest = fields['newestConnected'] === undefined ? latest : decodeConnected(fields['newestConnected']);
  const latestDisconnected = decodeEnding(fields['latestDisconnected'], fields['latestReason']) ?? shown.disconnected;
  const newestDisconnected = decodeEnding(fields['newestDisconnected'], fields['newestReason']) ?? latestDisconnected;
  return { latestConnected: latest, firstTime, newestConnected: newest, latestDisconnected, newestDisconnected };
}

function decodeEnding(register: string | undefined, reason: string | undefined): Disconnected | undefined {
  return register === undefined ? undefined : decodeDisconnected(register, reason);
}

/** The registers that the snapshot itself may stand for. */
function shownRegisters({ sequenceNumber, connectedAt, disconnectedAt, disconnectionReason }: SessionSnapshot) {
  return {
    connected: connectedAt === undefined ? undefined : decodeConnected(`${sequenceNumber} ${connectedAt}`),
    disconnected: disconnectedAt === undefined ? undefined : decodeDisconnected(`${sequenceNumber} ${disconnectedAt}`, disconnectionReason),
  };
}
