import {
  type ClientState,
  clientSnapshot,
  type Folded,
  type IgnoredReason,
  type SessionState,
  sessionOf,
  sessionSnapshot,
} from '@rollcall/fold';
import { type Interval, rangesOf } from '@rollcall/log';
import {
  type ChangeKind,
  type ClientSnapshot,
  formatTime,
  type Position,
  parseJson,
  type RejectionReason,
  type SessionSnapshot,
  timeFromMilliseconds,
  topicNames,
} from '@rollcall/schema';
import { ClientSelection, type WhoseRecords } from './client-selection.ts';
import { foldLog, type LogStep, type ReplayControl, type ReplaySource, type Span } from './fold-log.ts';

/** What of a client's log is replayed. */
export interface HistoryOptions extends Interval, ReplayControl {
  /** MQTT client id: only the events of sessions of this name. */
  readonly session?: string | undefined;
}

/** What of the log is replayed. Default: all. */
export interface ReplayOptions extends HistoryOptions, WhoseRecords {}

/** What an event came to. */
export type Outcome =
  /** Something that a user can see changed; no kinds where only details did. */
  | { readonly outcome: 'changed'; readonly kinds: readonly ChangeKind[] }
  /** Only what may decide later changed, such as an older connection's end. */
  | { readonly outcome: 'remembered' }
  /** `duplicate`: exactly what was known. `stale`: overtaken by what was known. `forgotten`: no newer than sessions that were forgotten. */
  | { readonly outcome: 'ignored'; readonly reason: IgnoredReason }
  /** The projector could not read it: it is in the dead letters. */
  | { readonly outcome: 'refused'; readonly reason: RejectionReason; readonly detail: string };

/** An event of the log, what it came to, and its client as it left it. */
export type ReplayedEvent = Outcome & {
  /** Where it stands in `rollcall.events`. */
  readonly position: Position;
  /** When it was appended there. */
  readonly logTime: string;
  /** The event as received, or the projector's OfflineDeadline. Absent where it was refused, like the snapshots. */
  readonly event?: unknown;
  readonly client?: ClientSnapshot;
  /** The name of the session that the event was about (MQTT client id), whether its client remembers that session or not. Absent for events of
   *  the client or its resource, and where the event was refused. */
  readonly sessionName?: string;
  /** That session as the event left it. Absent where its client does not remember it, as after an event that was ignored as forgotten. */
  readonly session?: SessionSnapshot;
  /** False: the log no longer reaches back to the client's first event, and `rollcall.state` keeps nothing that old. */
  readonly complete: boolean;
};

/** The events of an interval in the order of their log times, a client's in fold order. Throws PlaceInvalid, LogUnavailable. */
export async function* replay(source: ReplaySource, { from, to, session, ...options }: ReplayOptions): AsyncIterable<ReplayedEvent> {
  const selection = new ClientSelection(options);
  const ranges = await rangesOf(source.offsets, topicNames(source.log.prefix).events, { from, to });
  const spans = [...selection.of(ranges)].flatMap(([partition, { start, end }]): [number, Span][] =>
    start === end ? [] : [[partition, { from: start, to: end, before: start, until: Number.POSITIVE_INFINITY }]],
  );
  for await (const step of foldLog(source, selection, new Map(spans), options)) {
    const event = replayed(step);
    if (session === undefined || event.sessionName === session) yield event;
  }
}

function replayed({ event: past, clients }: LogStep): ReplayedEvent {
  const { record } = past;
  const where = {
    position: { partition: record.partition, offset: record.offset.toString() },
    logTime: formatTime(timeFromMilliseconds(record.timestamp)),
  };
  if ('rejection' in past) {
    const { reason, detail } = past.rejection;
    return { ...where, outcome: 'refused', reason, detail, complete: true };
  }
  const { key, event, json } = past.parsed;
  const state = clients.state(key);
  const sessionName = 'clientSessionName' in event.data ? event.data.clientSessionName : undefined;
  const session = sessionName === undefined ? undefined : state && sessionAfter(past.folded, state, sessionName);
  return {
    ...where,
    ...outcomeOf(past.folded),
    event: parseJson(json),
    ...(state && { client: clientSnapshot(state) }),
    ...(sessionName !== undefined && { sessionName }),
    ...(state && session && { session: sessionSnapshot(state, session) }),
    complete: clients.isComplete(key),
  };
}

/** As in `rollcall.changes`: a session that ended and was forgotten at once is shown as the event left it. */
function sessionAfter(folded: Folded, client: ClientState, name: string): SessionState | undefined {
  return folded.outcome === 'changed' ? folded.session : sessionOf(client, name);
}

function outcomeOf(folded: Folded): Outcome {
  switch (folded.outcome) {
    case 'changed':
      return { outcome: 'changed', kinds: folded.kinds };
    case 'remembered':
      return { outcome: 'remembered' };
    case 'ignored':
      return { outcome: 'ignored', reason: folded.reason };
    default:
      return folded satisfies never;
  }
}
