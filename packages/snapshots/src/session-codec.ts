import { type Disconnected, type SessionMemory, type SessionState, sameConnected, sameDisconnected } from '@rollcall/fold';
import { formatTime, type SessionSnapshot, type SessionStatus, TimeText } from '@rollcall/schema';
import { type Fields, present } from './fields.ts';
import { decodeConnected, decodeDisconnected, encodeRegister } from './registers.ts';

/** The session's hash: the snapshot, a field per property, and what the fold remembers beyond it.
 *
 *  - `latestConnected` where it is not (sequenceNumber, connectedAt); `firstConnectedAt` where its firstTime is another
 *  - `newestConnected` where it is not latestConnected
 *  - `latestDisconnected`, `latestReason` where it is not (sequenceNumber, disconnectedAt, disconnectionReason)
 *  - `newestDisconnected`, `newestReason` where it is not latestDisconnected */
export function encodeSession(snapshot: SessionSnapshot, { memory }: SessionState): Fields {
  const { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected } = memory;
  const shown = shownRegisters(snapshot);
  const latestShown = sameConnected(latestConnected, shown.connected);
  const endingShown = sameDisconnected(latestDisconnected, shown.disconnected);
  const newestStored = !sameDisconnected(newestDisconnected, latestDisconnected);
  return present({
    ...snapshot,
    counterRestarted: String(snapshot.counterRestarted),
    latestConnected: latestConnected && !latestShown ? encodeRegister(latestConnected) : undefined,
    firstConnectedAt: firstTime !== undefined && firstTime !== latestConnected?.time ? formatTime(firstTime) : undefined,
    newestConnected: newestConnected && !sameConnected(newestConnected, latestConnected) ? encodeRegister(newestConnected) : undefined,
    latestDisconnected: latestDisconnected && !endingShown ? encodeRegister(latestDisconnected) : undefined,
    latestReason: latestDisconnected && !endingShown ? latestDisconnected.reason : undefined,
    newestDisconnected: newestDisconnected && newestStored ? encodeRegister(newestDisconnected) : undefined,
    newestReason: newestDisconnected && newestStored ? newestDisconnected.reason : undefined,
  });
}

export function decodeSessionSnapshot(fields: Fields): SessionSnapshot {
  const { namespace, client, session, status, since, sequenceNumber, connectedAt, disconnectedAt, disconnectionReason, offset } = fields;
  return {
    namespace: namespace ?? '',
    client: client ?? '',
    session: session ?? '',
    status: status as SessionStatus,
    since: since ?? '',
    sequenceNumber: sequenceNumber ?? '',
    ...(connectedAt !== undefined && { connectedAt }),
    ...(disconnectedAt !== undefined && { disconnectedAt }),
    ...(disconnectionReason !== undefined && { disconnectionReason }),
    counterRestarted: fields['counterRestarted'] === 'true',
    offset: offset ?? '',
  };
}

export function decodeSessionMemory(fields: Fields): SessionMemory {
  const shown = shownRegisters(decodeSessionSnapshot(fields));
  const latest = fields['latestConnected'] === undefined ? shown.connected : decodeConnected(fields['latestConnected']);
  const firstTime = fields['firstConnectedAt'] === undefined ? latest?.time : TimeText.parse(fields['firstConnectedAt']);
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
