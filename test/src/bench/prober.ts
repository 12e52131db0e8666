import { setTimeout as sleep } from 'node:timers/promises';
import { clientKey, formatTime, partitionOf } from '@rollcall/schema';
import { Keys } from '@rollcall/snapshots';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { giveResult, programOptions } from './child-program.ts';
import { STREAMS_PREFIX } from './kafka-streams.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import { clientName, namespaceOf, sessionName } from './query/fleet.ts';
import { now, type Sample, Schedule, type ScheduleOptions, timeOf } from './schedule.ts';

export interface ProberOptions {
  readonly schedule: ScheduleOptions;
  readonly redisPort: number;
  readonly partitions: number;
  readonly writtenBy: 'rollcall' | 'kafka-streams';
}

export interface Seen {
  readonly latency: Percentiles;
  /** Measured events that had not come ten seconds after the last was due. */
  readonly missing: number;
}

/** Milliseconds between two looks at a sample. */
const LOOK_EVERY = 1;
const PATIENCE = 10_000;

/** From when it is due, asks Redis for the session of each sample until it shows the event, or a later one. */
async function probe(options: ProberOptions): Promise<Seen> {
  const schedule = new Schedule(options.schedule);
  const redis = new RedisConnection(options.redisPort);
  const taken: number[] = [];
  const samples = [...schedule.samples()];
  let waiting: Sample[] = [];
  let next = 0;
  while ((next < samples.length || waiting.length > 0) && now() < schedule.end + PATIENCE) {
    for (; (samples[next]?.due ?? Number.POSITIVE_INFINITY) <= now(); next++) waiting.push(samples[next] as Sample);
    const still: Sample[] = [];
    for (const sample of waiting) {
      const shown = await sessionTime(redis, sample.n, options);
      if (shown !== undefined && shown >= formatTime(timeOf(sample.due))) taken.push(now() - sample.due);
      else still.push(sample);
    }
    waiting = still;
    const idle = waiting.length === 0 ? (samples[next]?.due ?? 0) - now() : 0;
    await sleep(Math.max(LOOK_EVERY, idle));
  }
  redis.close();
  return { latency: percentilesOf(taken), missing: samples.length - taken.length };
}

/** The time of a session's last event, as Redis shows it. */
async function sessionTime(redis: RedisConnection, n: number, { partitions, writtenBy }: ProberOptions): Promise<string | undefined> {
  const [namespace, client, session] = [namespaceOf(n), clientName(n), sessionName(n)];
  if (writtenBy === 'kafka-streams') {
    const time = await redis.ask('HGET', `${STREAMS_PREFIX}${[namespace, client, session].join('|')}`, 'time');
    return time === null ? undefined : String(time);
  }
  const key = clientKey(namespace, client);
  const text = await redis.ask('GET', new Keys().partition(1, partitionOf(key, partitions)).client(key));
  if (text === null) return undefined;
  const { sessions } = JSON.parse(String(text)) as { sessions: { session: string; since: string }[] };
  return sessions.find((one) => one.session === session)?.since;
}

giveResult(await probe(programOptions<ProberOptions>()));
