import { Rollcall } from '@rollcall/client';
import { type FoldingPlace, mustBe } from '../folding.ts';
import { now, timeOf } from '../schedule.ts';
import { latencyOf } from './arrivals.ts';
import { untilFolded } from './folded.ts';
import { ChurningClient, OrdinaryClient, type Visitor } from './visitor.ts';

const CLIENTS = 60;
/** More than are kept of a client. */
const NAMES = 110;
const PAGES = 300;
/** Of each kind, before any counts. */
const WARM_UP = 50;

/** How long a page of 60 clients takes, in milliseconds: of those with 100 sessions each, and of those with one, in turns. */
export async function pages(place: FoldingPlace) {
  const { stack, log } = place;
  const fleet = (of: (client: string) => Visitor) => Array.from({ length: CLIENTS }, (_, n) => of(`client-${n}`));
  const churning = fleet((client) => new ChurningClient('churning-fleet', client));
  const ordinary = fleet((client) => new OrdinaryClient('ordinary-fleet', client));
  for (let event = 0; event < 2 * NAMES; event++)
    await log.append([...churning, ...ordinary].map((visitor) => visitor.next(timeOf(now()))));
  await untilFolded(place);

  await using rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
  const taken = { churning: [] as number[], ordinary: [] as number[] };
  const read = async (kind: keyof typeof taken) => {
    const asked = now();
    const { clients } = await rollcall.list({ namespace: `${kind}-fleet` }, { limit: CLIENTS });
    taken[kind].push(now() - asked);
    const sessions = clients.reduce((sum, { rememberedSessions }) => sum + rememberedSessions, 0);
    mustBe(`sessions of the clients on a page, ${kind}`, sessions, CLIENTS * (kind === 'churning' ? 100 : 1));
  };
  for (let page = 0; page < WARM_UP + PAGES; page++) for (const kind of ['churning', 'ordinary'] as const) await read(kind);
  return { churning: latencyOf(taken.churning.slice(WARM_UP)), ordinary: latencyOf(taken.ordinary.slice(WARM_UP)) };
}
