import { type ClientState, type FoldSettings, fold, pendingEnding, unseenClient } from '@rollcall/fold';
import { type LogEvent, type Time, toClientKey } from '@rollcall/schema';
import { deadline, NAMESPACE } from '../events.ts';
import { type Moment, SECOND } from './device.ts';
import { type Delivered, timeAt } from './service.ts';

const OFFLINE_GRACE = 60 * SECOND;

export interface Projected {
  readonly state: ClientState;
  /** Log times of the records by which the client's offline became confirmed. */
  readonly confirmedAt: readonly Moment[];
}

/** A client's log through the fold, with its deadlines: each due OFFLINE_GRACE after the log time of the record that made this ending pending,
 *  and appended behind all that was logged until then. */
export function project(name: string, log: readonly Delivered[], settings: FoldSettings): Projected {
  let state = unseenClient(toClientKey(NAMESPACE, name));
  let offset = 0n;
  let armed: { ending: Time; dueAt: Moment } | undefined;
  const confirmedAt: Moment[] = [];

  const append = (event: LogEvent, loggedAt: Moment) => {
    const folded = fold(state, event, offset++, settings);
    if (folded.outcome === 'ignored') return;
    if (folded.client.presence.offlineConfirmed && !state.presence.offlineConfirmed) confirmedAt.push(loggedAt);
    state = folded.client;
    const ending = pendingEnding(state.presence, state.confirmedUpTo);
    if (ending !== armed?.ending) armed = ending === undefined ? undefined : { ending, dueAt: loggedAt + OFFLINE_GRACE };
  };
  const appendDeadlinesDueBefore = (moment: Moment) => {
    while (armed !== undefined && armed.dueAt < moment) {
      const { ending, dueAt } = armed;
      append(deadline(name, ending, timeAt(dueAt)), dueAt);
      if (armed?.ending === ending) throw new Error('a deadline does not cover the ending that it names');
    }
  };

  for (const { event, loggedAt } of log) {
    appendDeadlinesDueBefore(loggedAt);
    append(event, loggedAt);
  }
  appendDeadlinesDueBefore(Number.POSITIVE_INFINITY);
  return { state, confirmedAt };
}
