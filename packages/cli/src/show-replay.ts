import type { PastClient, Progress, ReplayedEvent } from '@rollcall/client';
import { type Paint, plain } from './paint.ts';
import { presenceOf, showClient, showClients } from './show.ts';
import { type Cell, painted, table } from './table.ts';

/** One line per event: where and when it was logged, whose it is, what it says, what it came to. */
export function showReplayed(event: ReplayedEvent, paint: Paint = plain): string {
  const { client, sessionName } = event;
  const names = client === undefined ? ['-'] : [client.namespace, client.client, ...(sessionName === undefined ? [] : [sessionName])];
  return [positionOf(event), loggedAt(event), names.join('/'), eventText(event), outcomeOf(event)]
    .map((cell) => painted(cell, paint))
    .join('  ');
}

/** What happened to one client. */
export function showHistory(events: readonly ReplayedEvent[], paint: Paint = plain): string {
  const rows = events.map((event) => [
    positionOf(event),
    loggedAt(event),
    timeOf(event) ?? '-',
    eventText(event),
    event.sessionName ?? '-',
    outcomeOf(event),
    event.client === undefined ? '-' : presenceOf(event.client),
  ]);
  const shown = table(['POSITION', 'LOGGED', 'TIME', 'EVENT', 'SESSION', 'OUTCOME', 'CLIENT'], rows, paint);
  return events.every(({ complete }) => complete) ? shown : `${shown}\n\n${paint('doubtful', INCOMPLETE)}`;
}

/** A client as it was. */
export function showPastClient(client: PastClient, paint: Paint = plain): string {
  const note = client.complete
    ? ''
    : `\n\n${paint('doubtful', client.knownFrom === undefined ? INCOMPLETE : `${INCOMPLETE}: it begins ${client.knownFrom}`)}`;
  return showClient(client, paint) + note;
}

export function showPastClients(clients: readonly PastClient[], paint: Paint = plain): string {
  const shown = showClients(
    clients.map(({ client }) => client),
    paint,
  );
  const incomplete = clients.filter(({ complete }) => !complete).length;
  return incomplete === 0 ? shown : `${shown}\n\n${paint('doubtful', `${incomplete} of ${clients.length} clients: ${INCOMPLETE}`)}`;
}

export function showProgress({ read, of }: Progress): string {
  return `read ${read.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} records`;
}

const INCOMPLETE = 'not complete, the log no longer goes back far enough';

function positionOf({ position }: ReplayedEvent): Cell {
  return `${position.partition}:${position.offset}`;
}

/** The log's clock counts milliseconds. */
function loggedAt({ logTime }: ReplayedEvent): Cell {
  return { text: logTime.replace(/0000Z$/, 'Z'), meaning: 'aside' };
}

function outcomeOf(event: ReplayedEvent): Cell {
  switch (event.outcome) {
    case 'changed':
      return event.kinds.join(' ') || 'details';
    case 'remembered':
      return { text: 'remembered', meaning: 'aside' };
    case 'ignored':
      return { text: `ignored: ${event.reason}`, meaning: 'aside' };
    case 'refused':
      return { text: `refused: ${event.reason}, ${event.detail}`, meaning: 'bad' };
    default:
      return event satisfies never;
  }
}

interface EventAsReceived {
  readonly type?: string;
  readonly time?: string;
  readonly data?: { readonly sequenceNumber?: unknown; readonly disconnectionReason?: unknown } | null;
}

function timeOf({ event }: ReplayedEvent): string | undefined {
  return (event as EventAsReceived | undefined)?.time;
}

/** The type in short, with its number and reason: `SessionDisconnected 5 ConnectionLost`. */
function eventText({ event }: ReplayedEvent): string {
  const { type = '-', data } = (event ?? {}) as EventAsReceived;
  const name = type.replace(/^.*\.(MQTTClient)?/, '');
  // As received, a reason may be missing, and data may be in another form.
  return [name, data?.sequenceNumber, data?.disconnectionReason]
    .filter((part) => part !== undefined && part !== null && part !== '')
    .join(' ');
}
