import { formatTime, parseTime, type Time } from '@rollcall/schema';

const FIRST = parseTime('2026-03-02T00:00:00Z') ?? (0n as Time);
const SECOND = 10_000_000n;
const sessionName = (at: number) => `crowd-${String(at).padStart(5, '0')}`;
const start = (at: number) => formatTime((FIRST + BigInt(at) * 10n * SECOND) as Time);
const end = (at: number) => formatTime((FIRST + (BigInt(at) * 10n + 5n) * SECOND) as Time);

/** When the last of so many sessions ended. */
export const lastEnding = (sessions: number) => end(sessions - 1);

/** A record of `rollcall.state` as version 1 of the fold wrote it, of a client that took a new session name for each connection. */
export function crowdRecord(namespace: string, client: string, sessions: number, partition: number, offset: bigint): string {
  const all = Array.from({ length: sessions }, (_, at) => ({ session: sessionName(at), start: start(at), end: end(at) }));
  const source = '/namespaces/n';
  const reason = 'ClientInitiatedDisconnect';
  return JSON.stringify({
    foldVersion: 1,
    position: { partition, offset: String(offset) },
    client: {
      namespace,
      client,
      source,
      presence: 'offline',
      since: lastEnding(sessions),
      offlineConfirmed: false,
      disconnectionReason: reason,
      connectedSessions: 0,
      sessions: all.map(({ session }) => session),
      exists: 'unknown',
      offset: String(offset),
    },
    sessions: all.map((one) => ({
      namespace,
      client,
      session: one.session,
      status: 'disconnected',
      since: one.end,
      sequenceNumber: '1',
      connectedAt: one.start,
      disconnectedAt: one.end,
      disconnectionReason: reason,
      counterRestarted: false,
      offset: String(offset),
    })),
    memory: {
      source: { time: lastEnding(sessions), source },
      sessions: all.map((one) => ({
        session: one.session,
        offset: String(offset),
        latestConnected: { sequenceNumber: '1', time: one.start, firstTime: one.start },
        latestDisconnected: { sequenceNumber: '1', time: one.end, reason },
      })),
    },
  });
}
