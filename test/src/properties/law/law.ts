import { isDeepStrictEqual } from 'node:util';
import { tell } from '@rollcall/fold/testing';
import { stringifyJson } from '@rollcall/schema';
import { NAMESPACE } from '../events.ts';
import { Random } from '../fleet/random.ts';
import { type ClientView, modelClient } from '../model.ts';
import { ForgettingModel } from '../model-forgetting.ts';
import { steps, view } from '../replay.ts';
import { CLIENT, drawHistory } from './history.ts';
import { arrivals, isLawful } from './order.ts';

/** What one history came to. */
export interface Verdict {
  /** Whether it keeps the law's condition. This takes longer than all the rest, so it is asked only where it matters. */
  readonly isLawful: () => boolean;
  /** Whether any session was forgotten. */
  readonly forgets: boolean;
  /** Whether any event was ignored as forgotten. */
  readonly ignores: boolean;
  /** What is wrong, told for a person. */
  readonly breach?: string;
}

/** Draws the history of that number, folds it in an order of arrival, and holds the fold against
 *
 *  - the model that forgets: everything that can be seen is the same, in any history;
 *  - the model that never forgets: where the condition holds, the same sessions are connected, and presence, since and confirmation are the same;
 *  - the same: whatever the order, no session is connected that is not, as long as the clocks agree within each session. */
export function judge(seed: number, index: number): Verdict {
  const random = new Random(seed + Math.imul(index, 0x9e3779b1));
  const { settings, told, clocksAgree } = drawHistory(random);
  const arrived = arrivals(told, random);
  const log = arrived.map(({ event }) => event);
  const forgetting = new ForgettingModel(NAMESPACE, CLIENT, settings);
  for (const event of log) forgetting.hear(event);
  const folded = [...steps(log, settings, new Map())];
  const last = folded.at(-1);
  const lawful = () => isLawful(arrived, settings);
  if (last === undefined) return { isLawful: lawful, forgets: false, ignores: false };

  const seen = view(last.after);
  const unlimited = modelClient(NAMESPACE, CLIENT, log, settings);
  const ghosts = connectedIn(seen).filter((session) => !connectedIn(unlimited).includes(session));
  const fault = !isDeepStrictEqual(seen, forgetting.view())
    ? { what: 'the fold and the model that forgets differ', other: forgetting.view() }
    : !isDeepStrictEqual(essence(seen), essence(unlimited)) && lawful()
      ? { what: 'the condition holds, and forgetting shows', other: unlimited }
      : clocksAgree && ghosts.length > 0
        ? { what: 'a session is connected that is not', other: unlimited }
        : undefined;
  return {
    isLawful: lawful,
    forgets: last.after.forgotten !== undefined,
    ignores: folded.some(({ folded: { outcome, ...why } }) => outcome === 'ignored' && 'reason' in why && why.reason === 'forgotten'),
    ...(fault && {
      breach: [
        `history ${index}: ${fault.what}, ${stringifyJson(settings)}`,
        ...log.map(tell),
        stringifyJson(seen),
        stringifyJson(fault.other),
      ].join('\n  '),
    }),
  };
}

function connectedIn({ sessions }: ClientView): string[] {
  return sessions.filter(({ status }) => status === 'connected').map(({ session }) => session);
}

/** What forgetting must not change. */
function essence({ client, sessions }: ClientView) {
  const { presence, since, offlineConfirmed, connectedSessions } = client;
  return { presence, since, offlineConfirmed, connectedSessions, connected: sessions.filter(({ status }) => status === 'connected') };
}
