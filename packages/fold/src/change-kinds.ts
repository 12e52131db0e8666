import type { ChangeKind } from '@rollcall/schema';
import type { ClientState } from './client.ts';
import { clientNameOf, existence, sameWritten } from './client-resource.ts';
import type { SessionConclusion } from './session-conclusion.ts';
import { sameConnected, sameDisconnected } from './session-memory.ts';

/** What a user can see to have changed between two states of a client, one event apart; undefined if nothing.
 *  Empty: only details, such as a connectedAt that a late event filled in. */
export function changesBetween(
  before: ClientState,
  after: ClientState,
  sessionBefore: SessionConclusion | undefined,
  sessionAfter: SessionConclusion | undefined,
): ChangeKind[] | undefined {
  const kinds: ChangeKind[] = [];
  let visible = before.source?.source !== after.source?.source || before.sessions.length !== after.sessions.length;
  if (sessionAfter !== undefined) visible = sessionChanges(sessionBefore, sessionAfter, kinds) || visible;
  visible = presenceChanges(before, after, kinds) || visible;
  visible = resourceChanges(before, after, kinds) || visible;
  return visible ? kinds : undefined;
}

function sessionChanges(before: SessionConclusion | undefined, after: SessionConclusion, kinds: ChangeKind[]): boolean {
  const ended = !sameDisconnected(before?.ending, after.ending);
  // Of a connection that ended only the time shows: the number is that of its ending.
  const connected =
    after.ending === undefined ? !sameConnected(before?.connected, after.connected) : before?.connected?.time !== after.connected?.time;
  const restarted = before?.counterRestarted !== after.counterRestarted;
  if (after.ending === undefined) {
    if (connected || ended) kinds.push('session-connected');
  } else if (ended) kinds.push('session-disconnected');
  if (restarted && after.counterRestarted) kinds.push('counter-restarted');
  return connected || ended || restarted;
}

function presenceChanges({ presence: before }: ClientState, { presence: after }: ClientState, kinds: ChangeKind[]): boolean {
  if (after.presence !== before.presence && after.presence !== 'unknown') kinds.push(`client-${after.presence}`);
  if (after.offlineConfirmed && !before.offlineConfirmed) kinds.push('client-offline-confirmed');
  // How many sessions are connected, and why the client is offline, change only with one of its sessions, which shows itself.
  return before.presence !== after.presence || before.since !== after.since || before.offlineConfirmed !== after.offlineConfirmed;
}

function resourceChanges({ resource: before }: ClientState, { resource: after }: ClientState, kinds: ChangeKind[]): boolean {
  if (before === after) return false;
  const existed = existence(before);
  const exists = existence(after);
  const written = !sameWritten(before.written, after.written);
  if (exists === 'no' && existed !== 'no') kinds.push('client-deleted');
  if (exists === 'yes' && existed !== 'yes') kinds.push('client-registered');
  else if (exists === 'yes' && written) kinds.push('client-updated');
  // Nor does existence change unless one of the two does.
  const deleted = exists === 'no' && before.deleted?.time !== after.deleted?.time;
  return written || deleted || clientNameOf(before) !== clientNameOf(after);
}
