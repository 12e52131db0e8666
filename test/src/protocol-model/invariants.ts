import { CLIENTS, changingOffsets, foldBelow, type Log, positionOf } from './history.ts';
import { isShown, NONE, type State } from './state.ts';

type Check = (state: State, log: Log) => boolean;

/** What users are promised, in every state. */
const SAFE = {
  'rollcall.changes holds each change once, in order': ({ kafka }, log) => {
    const due = changingOffsets(log, log.length);
    return kafka.changes.every(({ offset, snapshot }, index) => {
      const client = log[offset]?.client ?? 0;
      return offset === due[index] && snapshot === foldBelow(offset + 1, client, log);
    });
  },
  'rollcall.changes has no gap below the committed offset': ({ kafka }, log) =>
    kafka.committed === NONE || kafka.changes.length >= changingOffsets(log, kafka.committed).length,
  'rollcall.state rises and is right, up to the committed offset': ({ kafka }, log) =>
    CLIENTS.every((client) => {
      let last = 0;
      for (const record of kafka.table) {
        if (record.client !== client) continue;
        if (record.snapshot <= last || record.snapshot !== foldBelow(positionOf(record.snapshot) + 1, client, log)) return false;
        last = record.snapshot;
      }
      return foldBelow(kafka.committed, client, log) <= last;
    }),
  'Redis shows a client as of one log position': ({ redis }, log) =>
    !isShown(redis) || CLIENTS.every((client) => redis.clients[client] === foldBelow(positionOf(redis.clients[client]) + 1, client, log)),
  'Redis shows no client older than its watermark': ({ redis }, log) =>
    !isShown(redis) || CLIENTS.every((client) => redis.clients[client] >= foldBelow(redis.watermark, client, log)),
  'within one history of Redis no snapshot goes backwards': ({ redis, shown }) =>
    !isShown(redis) || CLIENTS.every((client) => redis.clients[client] >= shown[client]),
} satisfies Record<string, Check>;

/** Why those hold. Nobody is promised these; a mutation must break a promise. */
const LEMMAS = {
  'Redis holds only what was committed': ({ kafka, redis }) => {
    const tail = kafka.changes.at(-1)?.offset ?? -1;
    return CLIENTS.every((client) => positionOf(redis.clients[client]) <= tail);
  },
  'the watermark is at most the committed offset': ({ kafka, redis }) => kafka.committed === NONE || redis.watermark <= kafka.committed,
} satisfies Record<string, Check>;

/** A promise of what follows, checked by `convergence.ts`. */
export const CONVERGES = 'an owner left in peace ends with Redis equal to the fold of the log';

export type Invariant = keyof typeof SAFE | keyof typeof LEMMAS | typeof CONVERGES;

const CHECKS: ReadonlyMap<string, Check> = new Map(Object.entries({ ...SAFE, ...LEMMAS }));
export const INVARIANTS = [...CHECKS.keys(), CONVERGES] as readonly Invariant[];

/** The first of these that the state breaks; CONVERGES is not seen in one state. */
export function brokenIn(state: State, log: Log, invariants: readonly Invariant[]): Invariant | undefined {
  return invariants.find((invariant) => CHECKS.get(invariant)?.(state, log) === false);
}

/** Redis as it must be once all is quiet. */
export function isWhole({ redis }: State, log: Log): boolean {
  return redis.watermark === log.length && CLIENTS.every((client) => redis.clients[client] === foldBelow(log.length, client, log));
}
