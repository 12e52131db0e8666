import type { ListFilter, Page, Rollcall } from '@rollcall/client';
import type { RedisConnection } from '../../chaos/redis-connection.ts';
import { clientName, namespaceOf } from './fleet.ts';

/** Asks once; false if the answer was not of the size that is measured. */
export type Question = () => Promise<boolean>;

export const PAGE = 100;

export interface Measured {
  readonly name: string;
  /** How long it may take in 99 of 100 cases, in milliseconds. */
  readonly bar?: number;
  readonly ask: Question;
}

/** What is measured; first of all what the machine itself takes: a busy one makes everybody wait. */
export function questions(rollcall: Rollcall, redis: RedisConnection, clients: number): Measured[] {
  const anyone = () => Math.floor(Math.random() * clients);
  return [
    { name: 'nothing: PING', ask: async () => (await redis.ask('PING')) === 'PONG' },
    {
      name: 'client',
      bar: 2,
      ask: async () => {
        const n = anyone();
        return (await rollcall.client(namespaceOf(n), clientName(n))) !== undefined;
      },
    },
    { name: `list, ${PAGE} by two filters`, bar: 20, ask: pages(rollcall) },
    { name: 'counts', bar: 5, ask: async () => (await rollcall.counts()).length > 0 },
  ];
}

/** A small fleet fills a page of each, too, once its traffic has come to all: then nobody is confirmed, for no deadline falls due. */
const FILTERS: readonly Omit<ListFilter, 'namespace'>[] = [
  { reason: 'ConnectionLost', confirmed: false },
  { presence: 'online', state: 'Enabled' },
  { presence: 'offline', since: { after: '2026-03-08T20:00:00Z' } },
  { state: 'Enabled', prefix: 'a' },
];

/** Of each filter and namespace as many pages as of the others, one after the other up to its end: a short last page does not count, and is
 *  followed by a first one. Throws where that is short, too: those after it would never be asked. */
function pages(rollcall: Rollcall): Question {
  const walks = FILTERS.flatMap((filter) =>
    [0, 1, 2, 3].map((n) => ({ filter: { ...filter, namespace: namespaceOf(n) }, cursor: undefined as Page['cursor'] })),
  );
  let turn = 0;
  return async () => {
    const walk = walks[turn % walks.length];
    if (walk === undefined) return false;
    const page = await rollcall.list(walk.filter, { limit: PAGE, cursor: walk.cursor });
    const isFull = page.clients.length === PAGE;
    if (!isFull && walk.cursor === undefined && page.cursor === undefined)
      throw new Error(`too few clients for a page: ${page.clients.length} by ${JSON.stringify(walk.filter)}`);
    walk.cursor = page.cursor;
    if (isFull) turn++;
    return isFull;
  };
}
