import type { Change, ClientSnapshot, ClientView, DeadLetter, NamespaceCounts, SessionSnapshot } from '@rollcall/client';
import { details, printable, table } from './table.ts';

/** How people see what `--json` gives to machines. */
export function showClient({ client, sessions }: ClientView): string {
  const { presence, since, offlineConfirmed, disconnectionReason, exists, state, attributes, createdOn, updatedOn, deletedAt } = client;
  const confirmed = presence === 'offline' ? (offlineConfirmed ? ', confirmed' : ', not confirmed yet') : '';
  const reason = disconnectionReason === undefined ? '' : ` (${disconnectionReason})`;
  const resource = exists === 'yes' ? `registered, ${state}` : exists === 'no' ? `deleted at ${deletedAt}` : 'unknown: no event of it yet';
  const lines: [string, string][] = [
    ['client', `${client.namespace}/${client.client}`],
    ['presence', `${presence}${reason}${confirmed}`],
    ['since', since ?? '-'],
    ['resource', resource],
  ];
  if (attributes !== undefined) lines.push(['attributes', JSON.stringify(attributes, bigintText)]);
  if (createdOn !== undefined && updatedOn !== undefined) lines.push(['created', createdOn], ['updated', updatedOn]);
  return sessions.length === 0 ? details(lines) : `${details(lines)}\n\n${showSessions(sessions)}`;
}

export function showSession(session: SessionSnapshot): string {
  return details([
    ['session', `${session.namespace}/${session.client}/${session.session}`],
    ['status', session.status],
    ['since', session.since],
    ['sequence number', session.sequenceNumber],
    ['connected at', session.connectedAt ?? '-'],
    ['disconnected at', session.disconnectedAt ?? '-'],
    ['reason', session.disconnectionReason ?? '-'],
    ['counter restarted', session.counterRestarted ? 'yes' : 'no'],
  ]);
}

function showSessions(sessions: readonly SessionSnapshot[]): string {
  return table(
    ['SESSION', 'STATUS', 'SINCE', 'NUMBER', 'REASON'],
    sessions.map(({ session, status, since, sequenceNumber, disconnectionReason }) => [
      session,
      status,
      since,
      sequenceNumber,
      disconnectionReason ?? '-',
    ]),
  );
}

export function showClients(clients: readonly ClientSnapshot[]): string {
  return table(
    ['CLIENT', 'PRESENCE', 'SINCE', 'REASON', 'SESSIONS', 'RESOURCE'],
    clients.map(({ client, presence, since, disconnectionReason, connectedSessions, sessions, exists, state }) => [
      client,
      presence,
      since ?? '-',
      disconnectionReason ?? '-',
      `${connectedSessions}/${sessions.length}`,
      exists === 'yes' ? (state ?? '-') : exists === 'no' ? 'deleted' : '-',
    ]),
  );
}

export function showCounts(counts: readonly NamespaceCounts[]): string {
  const reasons = counts.flatMap(({ namespace, reason }) =>
    Object.entries(reason).map(([name, count]) => [namespace, name, String(count)]),
  );
  const presence = table(
    ['NAMESPACE', 'ONLINE', 'OFFLINE', 'UNKNOWN'],
    counts.map((count) => [count.namespace, String(count.presence.online), String(count.presence.offline), String(count.presence.unknown)]),
  );
  return reasons.length === 0 ? presence : `${presence}\n\n${table(['NAMESPACE', 'OFFLINE REASON', 'CLIENTS'], reasons)}`;
}

/** One line per change: when, who, what, why. */
export function showChange({ kinds, client, session, event }: Change): string {
  const time = (event as { time?: string }).time ?? '';
  const who = [client.namespace, client.client, ...(session === undefined ? [] : [session.session])].join('/');
  const why = session?.disconnectionReason ?? '';
  return [time, printable(who), kinds.join(' ') || 'details', printable(why)].join('  ').trimEnd();
}

/** One line per dead letter: when it came, whose it is, why it was refused. */
export function showDeadLetter({ reason, detail, key, from }: DeadLetter): string {
  return [from['hub-enqueued-time'] ?? '', printable(key ?? '-'), `dead letter: ${reason}`, printable(detail)].join('  ').trim();
}

export function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
