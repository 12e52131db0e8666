import { createHash } from 'node:crypto';
import { type ClientMemory, type ClientState, type FoldSettings, type ResourceMemory, restoreClient } from '@rollcall/fold';
import {
  type Attributes,
  type ClientSnapshot,
  type Existence,
  formatTime,
  type Presence,
  parseJson,
  stringifyJson,
  TimeText,
} from '@rollcall/schema';
import { type Fields, present } from './fields.ts';
import { decodeSessionMemory } from './session-codec.ts';

/** The client's hash: the snapshot, a field per property (`source` as an id of the partition's `sources`), and what the fold remembers
 *  beyond it: `sourceTime`; `writtenTime`, `writtenId` of the newest CreatedOrUpdated; `deletedTime`, `deletedId`, `deletedName` of the
 *  newest Deleted; `confirmedUpTo`. `deletedTime` and `deletedName` only where deletedAt and clientName do not say it. */
export function encodeClient(snapshot: ClientSnapshot, { source, resource, confirmedUpTo }: ClientState): Fields {
  const { written, deleted } = resource;
  return present({
    ...snapshot,
    source: snapshot.source && sourceId(snapshot.source),
    offlineConfirmed: String(snapshot.offlineConfirmed),
    connectedSessions: String(snapshot.connectedSessions),
    sessions: JSON.stringify(snapshot.sessions),
    attributes: snapshot.attributes && stringifyJson(snapshot.attributes),
    sourceTime: source && formatTime(source.time),
    writtenTime: written && formatTime(written.time),
    writtenId: written?.id,
    deletedTime: deleted && snapshot.deletedAt === undefined ? formatTime(deleted.time) : undefined,
    deletedId: deleted?.id,
    deletedName: deleted && deleted.clientName !== snapshot.clientName ? deleted.clientName : undefined,
    confirmedUpTo: confirmedUpTo !== undefined ? formatTime(confirmedUpTo) : undefined,
  });
}

/** A source's path is long, and the same for a whole namespace: clients hold eleven characters of its SHA-256 instead. */
export function sourceId(source: string): string {
  return createHash('sha256').update(source).digest('base64url').slice(0, 11);
}

/** `source` is the full path, as the partition's `sources` has it. */
export function decodeClientSnapshot(fields: Fields, source: string): ClientSnapshot {
  const { clientName, since, disconnectionReason, state, attributes, createdOn, updatedOn, deletedAt } = fields;
  return {
    namespace: fields['namespace'] ?? '',
    client: fields['client'] ?? '',
    ...(clientName !== undefined && { clientName }),
    source,
    presence: fields['presence'] as Presence,
    ...(since !== undefined && { since }),
    offlineConfirmed: fields['offlineConfirmed'] === 'true',
    ...(disconnectionReason !== undefined && { disconnectionReason }),
    connectedSessions: Number(fields['connectedSessions']),
    sessions: JSON.parse(fields['sessions'] ?? '[]'),
    exists: fields['exists'] as Existence,
    ...(state !== undefined && { state }),
    ...(attributes !== undefined && { attributes: parseJson(attributes) as Attributes }),
    ...(createdOn !== undefined && { createdOn }),
    ...(updatedOn !== undefined && { updatedOn }),
    ...(deletedAt !== undefined && { deletedAt }),
    offset: fields['offset'] ?? '',
  };
}

/** The state that the projector folds on from. */
export function decodeClientState(fields: Fields, source: string, sessions: readonly Fields[], settings: FoldSettings): ClientState {
  const snapshot = decodeClientSnapshot(fields, source);
  const memory: ClientMemory = {
    ...(fields['sourceTime'] !== undefined && { source: { time: TimeText.parse(fields['sourceTime']), source } }),
    ...(fields['confirmedUpTo'] !== undefined && { confirmedUpTo: TimeText.parse(fields['confirmedUpTo']) }),
    resource: decodeResource(snapshot, fields),
    sessions: sessions.map((session) => ({
      session: session['session'] ?? '',
      memory: decodeSessionMemory(session),
      offset: BigInt(session['offset'] ?? snapshot.offset),
    })),
  };
  return restoreClient(snapshot, memory, BigInt(snapshot.offset), settings);
}

function decodeResource(snapshot: ClientSnapshot, fields: Fields): ResourceMemory {
  const { clientName = '', createdOn, updatedOn, state = '', attributes = {}, deletedAt } = snapshot;
  const { writtenTime, writtenId, deletedTime = deletedAt, deletedId, deletedName = clientName } = fields;
  return {
    ...(writtenTime !== undefined &&
      writtenId !== undefined && {
        written: {
          updatedOn: TimeText.parse(updatedOn),
          time: TimeText.parse(writtenTime),
          id: writtenId,
          createdOn: TimeText.parse(createdOn),
          clientName,
          state,
          attributes,
        },
      }),
    ...(deletedTime !== undefined &&
      deletedId !== undefined && { deleted: { time: TimeText.parse(deletedTime), id: deletedId, clientName: deletedName } }),
  };
}
