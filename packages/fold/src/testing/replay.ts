import { formatTime, type LogEvent, stringifyJson, toClientKey } from '@rollcall/schema';
import { type ClientState, unseenClient } from '../client.ts';
import { type Folded, fold } from '../fold.ts';
import { DEFAULT_SETTINGS, type FoldSettings } from '../settings.ts';
import { clientSnapshot, sessionSnapshot } from '../snapshot.ts';
import { encodeMemory, storedSessions } from '../state-record.ts';

export interface Replay {
  /** Every client that the log speaks of, by its key. */
  readonly clients: ReadonlyMap<string, ClientState>;
  /** What the fold said to each event. */
  readonly outcomes: readonly Folded[];
}

/** Folds a log of any clients, from its start or on from the clients that are known. */
export function replay(log: readonly LogEvent[], settings: FoldSettings = DEFAULT_SETTINGS, known: readonly ClientState[] = []): Replay {
  const clients = new Map(known.map((client) => [client.key, client]));
  const outcomes = log.map((event, offset) => {
    const { namespaceName, clientAuthenticationName } = event.data;
    const id = toClientKey(namespaceName, clientAuthenticationName);
    const folded = fold(clients.get(id.key) ?? unseenClient(id), event, BigInt(offset), settings);
    if (folded.outcome !== 'ignored') clients.set(id.key, folded.client);
    return folded;
  });
  return { clients, outcomes };
}

/** All that the fold knows of a client, without the offsets: equal for equal events in any order and number. */
export function knowledgeOf(client: ClientState): string {
  const sessions = client.sessions.map((state) => ({ ...state, offset: 0n }));
  const timeless = { ...client, sessions, offset: 0n };
  return stringifyJson({
    memory: encodeMemory(timeless),
    stored: storedSessions(timeless),
    client: clientSnapshot(timeless),
    sessions: sessions.map((state) => sessionSnapshot(timeless, state)),
  });
}

/** The event as a person would tell it: `Connected(4) at 2026-03-02T12:00:00.0000000Z`. */
export function tell({ type, time, data }: LogEvent): string {
  const what = type.slice(type.lastIndexOf('.') + 1).replace(/^MQTTClient(Session)?/, '');
  const number = 'sequenceNumber' in data ? `(${data.sequenceNumber})` : '';
  const reason = 'disconnectionReason' in data ? ` by ${data.disconnectionReason}` : '';
  const session = 'clientSessionName' in data ? `/${data.clientSessionName}` : '';
  return `${what}${number} of ${data.clientAuthenticationName}${session} at ${formatTime(time)}${reason}`;
}
