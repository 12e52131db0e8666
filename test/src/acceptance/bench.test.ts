import { type StartedStack, startStack } from '@rollcall/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchFold } from '../bench/fold-run.ts';
import { ResultWrong } from '../bench/folding.ts';
import { LogOfEvents } from '../bench/log-of-events.ts';
import { projectors } from '../bench/projectors.ts';
import { inRandomOrder, SessionEvents } from '../bench/session-events.ts';
import { RedisConnection } from '../chaos/redis-connection.ts';

const [EVENTS, CLIENTS] = [2_000, 300];
const ROLLCALL = projectors(1);

let stack: StartedStack;
let log: LogOfEvents;

beforeAll(async () => {
  stack = await startStack({ parts: ['kafka', 'redis'] });
  log = new LogOfEvents(stack.kafkaBrokers, 4);
  await log.create();
});

afterAll(async () => {
  await log.close();
  await stack.stop();
});

it('a bench folds the same log again and again, and counts a run only if its result is right', async () => {
  const events = new SessionEvents(1);
  const once = [...events.of(inRandomOrder(EVENTS, CLIENTS))];
  await log.append(once);
  for (const run of ['first', 'second']) {
    await folded(run, async (folding, ends) => {
      const { eventsPerSecond, cpu, megabytes } = await watchFold(stack, folding, ends, EVENTS);
      expect([eventsPerSecond, cpu, megabytes].every((figure) => figure > 0)).toBe(true);
      await folding.verify({ changes: EVENTS, clients: CLIENTS, online: events.online });
      expect(await log.ends()).toEqual(ends);
    });
  }

  await log.append(once.slice(-1));
  await folded('a duplicate', async (folding, ends) => {
    await watchFold(stack, folding, ends, EVENTS + 1);
    const expected = { changes: EVENTS + 1, clients: CLIENTS };
    await expect(folding.verify(expected)).rejects.toThrow(new ResultWrong('changes: 2,000, not 2,001'));
    await expect(folding.verify({ changes: EVENTS, clients: CLIENTS + 1 })).rejects.toThrow('clients in Redis: 300, not 301');
  });
});

type Folding = Awaited<ReturnType<typeof ROLLCALL.start>>;

/** As the bench does it: an empty Redis, a group of its own, and nothing left behind in the derived topics. */
async function folded(run: string, watch: (folding: Folding, ends: ReadonlyMap<number, bigint>) => Promise<void>): Promise<void> {
  const redis = new RedisConnection(stack.ports.redis);
  await redis.ask('FLUSHALL');
  redis.close();
  const folding = await ROLLCALL.start({ stack, log }, run.replace(' ', '-'));
  try {
    await watch(folding, await log.ends());
  } finally {
    await folding.stop();
    await folding.erase();
  }
}
