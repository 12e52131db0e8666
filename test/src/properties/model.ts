import type { FoldSettings } from '@rollcall/fold';
import {
  type ClientSnapshot,
  EVENT_TYPES,
  formatTime,
  type LogEvent,
  OFFLINE_DEADLINE,
  SESSION_TAKEN_OVER,
  type SessionDisconnected,
  type SessionSnapshot,
  type Time,
} from '@rollcall/schema';
import { byTime, type ModelSession, modelSession } from './model-session.ts';
import { greatest, least } from './sorting.ts';

/** What users see of a client, but for the offsets: these alone depend on the order of the log. */
export interface ClientView {
  readonly client: Omit<ClientSnapshot, 'offset'>;
  readonly sessions: readonly Omit<SessionSnapshot, 'offset'>[];
}

const COALESCED_DELETE = 50_000_000n;

/** The rules of "Identity and order" as naively as they can be told: keep every event, sort, decide. Shares nothing with the fold but its input.
 *  @param events all events of one client, in any order */
export function modelClient(namespace: string, client: string, events: readonly LogEvent[], settings: FoldSettings): ClientView {
  return modelOf(namespace, client, { remembered: events, heeded: events, forgottenConnected: undefined }, settings).view;
}

/** The events of a client, as far as it is known. */
export interface Known {
  /** Without those of sessions that were forgotten. */
  readonly remembered: readonly LogEvent[];
  /** All that were not ignored. */
  readonly heeded: readonly LogEvent[];
  /** The newest Connected of the sessions that were forgotten. */
  readonly forgottenConnected: Time | undefined;
}

/** What is seen of a client, and the names of its sessions whose take-over waits for its successor. */
export interface Modelled {
  readonly view: ClientView;
  readonly waiting: readonly string[];
}

export function modelOf(namespace: string, client: string, known: Known, settings: FoldSettings): Modelled {
  const { remembered, heeded } = known;
  const sessions = modelSessions(remembered, settings);
  const covered = confirmedUpTo(heeded);
  const waiting = endingsOf(sessions)
    .filter((ending) => ending.data.disconnectionReason === SESSION_TAKEN_OVER && !isCovered(ending.time, covered))
    .filter((ending) => !hasSuccessor(known, ending, settings));
  const view = {
    client: {
      namespace,
      client,
      source: greatest(eventsOfSources(heeded), (event) => [event.time, event.source])?.source ?? '',
      ...modelPresence(sessions, covered, waiting),
      rememberedSessions: sessions.size,
      ...modelResource(heeded),
    },
    sessions: [...sessions].map(([session, conclusion]) => ({ namespace, client, session, ...sessionView(conclusion) })),
  };
  return { view, waiting: waiting.map(({ data }) => data.clientSessionName) };
}

function modelSessions(events: readonly LogEvent[], settings: FoldSettings): Map<string, ModelSession> {
  const connects = events.filter((event) => event.type === EVENT_TYPES.sessionConnected);
  const disconnects = events.filter((event) => event.type === EVENT_TYPES.sessionDisconnected);
  const sessions = new Map<string, ModelSession>();
  for (const name of sortedNames([...connects, ...disconnects].map((event) => event.data.clientSessionName))) {
    const session = modelSession(
      connects.filter((event) => event.data.clientSessionName === name),
      disconnects.filter((event) => event.data.clientSessionName === name),
      settings,
    );
    if (session !== undefined) sessions.set(name, session);
  }
  return sessions;
}

function sortedNames(names: readonly string[]): string[] {
  const bytes = [...new Set(names)].map((name) => Buffer.from(name));
  return bytes.sort(Buffer.compare).map(String);
}

function eventsOfSources(events: readonly LogEvent[]) {
  return events.filter((event) => event.type !== OFFLINE_DEADLINE);
}

/** Rule 6: the greatest ending that a deadline named. */
function confirmedUpTo(events: readonly LogEvent[]): Time | undefined {
  const endings = events.filter((event) => event.type === OFFLINE_DEADLINE).map((event) => event.data.latestEnding);
  return greatest(endings, (ending) => [ending]);
}

function isCovered(ending: Time, covered: Time | undefined): boolean {
  return covered !== undefined && ending <= covered;
}

/** Whether another session of the client connected at the time of the take-over, as far as clocks tell, or later. */
function hasSuccessor({ remembered, forgottenConnected }: Known, takeOver: SessionDisconnected, { clockSkew }: FoldSettings): boolean {
  const connects = remembered.filter((event) => event.type === EVENT_TYPES.sessionConnected);
  const ofOthers = connects.filter((event) => event.data.clientSessionName !== takeOver.data.clientSessionName).map(({ time }) => time);
  if (forgottenConnected !== undefined) ofOthers.push(forgottenConnected);
  return ofOthers.some((time) => time >= takeOver.time - clockSkew);
}

function endingsOf(sessions: ReadonlyMap<string, ModelSession>): SessionDisconnected[] {
  return [...sessions.values()].filter((session) => session.status === 'disconnected').map(({ ending }) => ending);
}

/** Rule 5. `waiting`: the take-overs whose successor has not been seen and that no deadline covers. */
function modelPresence(sessions: ReadonlyMap<string, ModelSession>, covered: Time | undefined, waiting: readonly SessionDisconnected[]) {
  const connected = [...sessions.values()].filter((session) => session.status === 'connected');
  const firstConnected = least(connected, (session) => [session.connectedAt])?.connectedAt;
  const firstTakeOver = least(waiting, (ending) => [ending.time])?.time;
  const latestEnding = greatest(endingsOf(sessions), byTime);

  const onlineSince = firstConnected ?? firstTakeOver;
  if (onlineSince !== undefined) {
    return { presence: 'online', since: formatTime(onlineSince), offlineConfirmed: false, connectedSessions: connected.length } as const;
  }
  if (latestEnding === undefined) return { presence: 'unknown', offlineConfirmed: false, connectedSessions: 0 } as const;
  return {
    presence: 'offline',
    since: formatTime(latestEnding.time),
    offlineConfirmed: isCovered(latestEnding.time, covered),
    disconnectionReason: latestEnding.data.disconnectionReason,
    connectedSessions: 0,
  } as const;
}

/** Rule 4. Ids are taken to be honest: events of the same id have the same content. */
function modelResource(events: readonly LogEvent[]) {
  const writes = events.filter((event) => event.type === EVENT_TYPES.clientCreatedOrUpdated);
  const deletes = events.filter((event) => event.type === EVENT_TYPES.clientDeleted);
  const written = greatest(writes, (event) => [event.data.updatedOn, event.time, event.id]);
  const deleted = greatest(deletes, (event) => [event.time, event.id]);
  if (written === undefined && deleted === undefined) return { exists: 'unknown' } as const;

  const outlived =
    written !== undefined &&
    (deleted === undefined || written.data.updatedOn > deleted.time || written.data.createdOn > deleted.time - COALESCED_DELETE);
  return {
    exists: outlived ? 'yes' : 'no',
    clientName: (written ?? deleted)?.data.clientName ?? '',
    ...(written && {
      state: written.data.state,
      attributes: written.data.attributes,
      createdOn: formatTime(written.data.createdOn),
      updatedOn: formatTime(written.data.updatedOn),
    }),
    ...(deleted && !outlived && { deletedAt: formatTime(deleted.time) }),
  } as const;
}

function sessionView(session: ModelSession) {
  const { status, counterRestarted } = session;
  const sequenceNumber = session.sequenceNumber.toString();
  const connectedAt = session.connectedAt && formatTime(session.connectedAt);
  if (session.status === 'connected') {
    const since = formatTime(session.connectedAt);
    return { status, since, sequenceNumber, connectedAt: since, counterRestarted };
  }
  const since = formatTime(session.ending.time);
  return {
    status,
    since,
    sequenceNumber,
    ...(connectedAt !== undefined && { connectedAt }),
    disconnectedAt: since,
    disconnectionReason: session.ending.data.disconnectionReason,
    counterRestarted,
  };
}
