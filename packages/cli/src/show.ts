import type { Change, ChangeKind, ClientSnapshot, ClientView, DeadLetter, NamespaceCounts, SessionSnapshot } from '@rollcall/client';
import { stringifyJson } from '@rollcall/schema';
import { type Meaning, type Paint, plain } from './paint.ts';
import { type Cell, details, printable, table } from './table.ts';

/** How people see what `--json` gives to machines. */
export function showClient({ client, sessions }: ClientView, paint: Paint = plain): string {
  const { presence, since, offlineConfirmed, disconnectionReason, exists, state, attributes, createdOn, updatedOn, deletedAt } = client;
  const confirmed = presence === 'offline' ? (offlineConfirmed ? ', confirmed' : ', not confirmed yet') : '';
  const reason = disconnectionReason === undefined ? '' : ` (${disconnectionReason})`;
  const resource = exists === 'yes' ? `registered, ${state}` : exists === 'no' ? `deleted at ${deletedAt}` : 'unknown: no event of it yet';
  const lines: [string, Cell][] = [
    ['client', `${client.namespace}/${client.client}`],
    ['presence', { text: `${presence}${reason}${confirmed}`, meaning: meaningOf(client) }],
    ['since', since ?? '-'],
    ['resource', resource],
  ];
  if (attributes !== undefined) lines.push(['attributes', stringifyJson(attributes)]);
  if (createdOn !== undefined && updatedOn !== undefined) lines.push(['created', createdOn], ['updated', updatedOn]);
  const about = details(lines, paint);
  return sessions.length === 0 ? about : `${about}\n\n${showSessions(sessions, paint)}`;
}

export function showSession(session: SessionSnapshot, paint: Paint = plain): string {
  return details(
    [
      ['session', `${session.namespace}/${session.client}/${session.session}`],
      ['status', statusOf(session)],
      ['since', session.since],
      ['sequence number', session.sequenceNumber],
      ['connected at', session.connectedAt ?? '-'],
      ['disconnected at', session.disconnectedAt ?? '-'],
      ['reason', session.disconnectionReason ?? '-'],
      ['counter restarted', session.counterRestarted ? 'yes' : 'no'],
    ],
    paint,
  );
}

function showSessions(sessions: readonly SessionSnapshot[], paint: Paint): string {
  return table(
    ['SESSION', 'STATUS', 'SINCE', 'NUMBER', 'REASON'],
    sessions.map((session) => [
      session.session,
      statusOf(session),
      session.since,
      session.sequenceNumber,
      session.disconnectionReason ?? '-',
    ]),
    paint,
  );
}

export function showClients(clients: readonly ClientSnapshot[], paint: Paint = plain): string {
  return table(
    ['CLIENT', 'PRESENCE', 'SINCE', 'REASON', 'SESSIONS', 'RESOURCE'],
    clients.map((client) => [
      client.client,
      presenceOf(client),
      client.since ?? '-',
      client.disconnectionReason ?? '-',
      `${client.connectedSessions}/${client.rememberedSessions}`,
      client.exists === 'yes' ? (client.state ?? '-') : client.exists === 'no' ? 'deleted' : '-',
    ]),
    paint,
  );
}

export function showCounts(counts: readonly NamespaceCounts[], paint: Paint = plain): string {
  const rows = (of: (count: NamespaceCounts) => [string, number][]) =>
    counts.flatMap((count) => of(count).map(([name, clients]) => [count.namespace, name, String(clients)]));
  const reasons = rows(({ reason }) => Object.entries(reason));
  const resources = rows(({ state, exists }) =>
    exists.no === 0 ? Object.entries(state) : [...Object.entries(state), ['deleted', exists.no]],
  );
  const presence = counts.map(({ namespace, clients, presence: { online, offline, unknown }, offlineConfirmed }) => [
    namespace,
    ...[clients, online, offline, offlineConfirmed, unknown].map(String),
  ]);
  return [
    table(['NAMESPACE', 'CLIENTS', 'ONLINE', 'OFFLINE', 'CONFIRMED', 'UNKNOWN'], presence, paint),
    ...(reasons.length > 0 ? [table(['NAMESPACE', 'OFFLINE REASON', 'CLIENTS'], reasons, paint)] : []),
    ...(resources.length > 0 ? [table(['NAMESPACE', 'RESOURCE', 'CLIENTS'], resources, paint)] : []),
  ].join('\n\n');
}

/** One line per client: since when, who, what, why. */
export function showRow(client: ClientSnapshot, paint: Paint = plain): string {
  const presence = client.presence === 'offline' && client.offlineConfirmed ? 'offline, confirmed' : client.presence;
  const who = `${client.namespace}/${client.client}`;
  const why = client.disconnectionReason ?? '';
  return [paint('aside', client.since ?? '-'), printable(who), paint(meaningOf(client), presence), printable(why)].join('  ').trimEnd();
}

/** One line per change: when, who, what, why. */
export function showChange({ kinds, client, session, event }: Change, paint: Paint = plain): string {
  const time = (event as { time?: string }).time ?? '';
  const who = [client.namespace, client.client, ...(session === undefined ? [] : [session.session])].join('/');
  const what = kinds.map((kind) => {
    const meaning = KIND_MEANINGS[kind];
    return meaning === undefined ? kind : paint(meaning, kind);
  });
  const why = session?.disconnectionReason ?? '';
  return [paint('aside', printable(time)), printable(who), what.join(' ') || 'details', printable(why)].join('  ').trimEnd();
}

const KIND_MEANINGS: { readonly [kind in ChangeKind]?: Meaning } = {
  'client-online': 'good',
  'client-offline': 'doubtful',
  'client-offline-confirmed': 'bad',
};

/** One line per dead letter: when it came, whose it is, why it was refused. */
export function showDeadLetter({ time, reason, detail, key, from }: DeadLetter, paint: Paint = plain): string {
  const when = paint('aside', printable(from['hub-enqueued-time'] ?? time));
  return [when, printable(key ?? '-'), paint('bad', `dead letter: ${printable(reason)}`), printable(detail)].join('  ').trim();
}

function statusOf({ status }: SessionSnapshot): Cell {
  return { text: status, meaning: status === 'connected' ? 'good' : 'bad' };
}

export function presenceOf(client: ClientSnapshot): Cell {
  return { text: client.presence, meaning: meaningOf(client) };
}

/** An offline that is not confirmed may yet turn out to be none. */
function meaningOf({ presence, offlineConfirmed }: ClientSnapshot): Meaning {
  if (presence === 'online') return 'good';
  return presence === 'offline' && offlineConfirmed ? 'bad' : 'doubtful';
}
