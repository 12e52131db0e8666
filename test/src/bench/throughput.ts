import { startStack } from '@rollcall/local';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { type FoldRun, watchFold } from './fold-run.ts';
import { type Contender, type FoldingPlace, ResultWrong } from './folding.ts';
import { kafkaStreams } from './kafka-streams.ts';
import { LogOfEvents } from './log-of-events.ts';
import { projectors } from './projectors.ts';
import { withoutAppendOnlyFile } from './redis-settings.ts';
import { inRandomOrder, SessionEvents } from './session-events.ts';

export interface ThroughputOptions {
  readonly events: number;
  readonly clients: number;
  readonly partitions: number;
  readonly rounds: number;
  /** Kafka Streams, too, in turns with Rollcall. */
  readonly peer: boolean;
  readonly say: (line: string) => void;
}

export const ROLLCALL = projectors(1);
/** As many threads as the peer has, for a machine of two cores. */
export const ROLLCALL_PAIR = projectors(2);
export const PEER = kafkaStreams('with Redis');
/** Rollcall commits no less often than that, in a backlog. */
export const SELDOM_PEER = kafkaStreams('with Redis', 10_000);

/** Kafka's own default, for all contenders: a new group waits so long for those who start together, in milliseconds. */
const AS_BY_DEFAULT = { KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '3000' };

/** One log, filled once, that each contender folds in each round: another group, Redis and derived topics empty. Gives the runs of each by name.
 *  Throws ResultWrong. */
export async function throughput(options: ThroughputOptions): Promise<ReadonlyMap<string, readonly FoldRun[]>> {
  const { events: count, clients, partitions, rounds, peer, say } = options;
  const contenders = peer ? [ROLLCALL, PEER, ROLLCALL_PAIR, SELDOM_PEER, kafkaStreams('without Redis')] : [ROLLCALL, ROLLCALL_PAIR];
  const runs = new Map(contenders.map(({ name }) => [name, [] as FoldRun[]]));
  const stack = await startStack({ parts: ['kafka', 'redis'], env: AS_BY_DEFAULT });
  const log = new LogOfEvents(stack.kafkaBrokers, partitions);
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    await log.create();
    const events = new SessionEvents(1);
    await log.append(events.of(inRandomOrder(count, clients)));
    say(`throughput: ${count.toLocaleString('en')} events are waiting`);
    // A broker that has just started is slow to whoever comes first: that run does not count.
    await foldOnce({ stack, log }, ROLLCALL, 'warm-up', events, count);
    for (let round = 1; round <= rounds; round++) {
      for (const contender of contenders) {
        const run = await foldOnce({ stack, log }, contender, `${round}-${contenders.indexOf(contender)}`, events, count);
        runs.get(contender.name)?.push(run);
        say(`throughput: round ${round} of ${rounds}, ${contender.name}: ${Math.round(run.eventsPerSecond).toLocaleString('en')}/s`);
      }
    }
  } finally {
    await log.close();
    await stack.stop();
  }
  return runs;
}

async function foldOnce(place: FoldingPlace, contender: Contender, name: string, events: SessionEvents, count: number): Promise<FoldRun> {
  const { stack, log } = place;
  const redis = new RedisConnection(stack.ports.redis);
  await redis.ask('FLUSHALL');
  redis.close();
  const ends = await log.ends();
  const folding = await contender.start(place, name);
  try {
    const run = await watchFold(stack, folding, ends, count);
    await folding.verify({ changes: count, clients: events.clients, online: events.online });
    if (![...(await log.ends())].every(([partition, end]) => ends.get(partition) === end)) throw new ResultWrong('the log has grown');
    return run;
  } finally {
    await folding.stop();
    await folding.erase();
  }
}
