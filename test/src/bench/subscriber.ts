import { Rollcall } from '@rollcall/client';
import { LogStream } from '@rollcall/log';
import { parseTime } from '@rollcall/schema';
import { giveResult, programOptions } from './child-program.ts';
import { logAt } from './log-of-events.ts';
import { percentilesOf } from './percentiles.ts';
import type { Seen } from './prober.ts';
import { dueOf, now, Schedule, type ScheduleOptions } from './schedule.ts';

export interface SubscriberOptions {
  readonly schedule: ScheduleOptions;
  readonly kafkaBrokers: string;
  /** A peer's topic, read instead of `rollcall.changes`. */
  readonly derivedTopic?: string | undefined;
}

const PATIENCE = 10_000;

/** Sees every committed change, and when. */
async function subscribe({ schedule: options, kafkaBrokers, derivedTopic }: SubscriberOptions): Promise<Seen> {
  const schedule = new Schedule(options);
  const signal = AbortSignal.timeout(Math.ceil(schedule.end + PATIENCE - now()));
  const times = derivedTopic === undefined ? changeTimes(kafkaBrokers, signal) : recordTimes(kafkaBrokers, derivedTopic, signal);
  const taken: number[] = [];
  for await (const text of times) {
    const time = parseTime(text);
    if (time === undefined) throw new TypeError(`no time: ${text}`);
    const due = dueOf(time);
    if (due >= schedule.measuredFrom) taken.push(now() - due);
    if (taken.length === schedule.measured) break;
  }
  return { latency: percentilesOf(taken), missing: schedule.measured - taken.length };
}

async function* changeTimes(kafkaBrokers: string, signal: AbortSignal): AsyncIterable<string> {
  await using rollcall = new Rollcall({ redisUrl: 'redis://127.0.0.1:1', kafka: { brokers: [kafkaBrokers] } });
  for await (const { event } of rollcall.changes({ signal })) yield String((event as { readonly time?: unknown }).time);
}

async function* recordTimes(kafkaBrokers: string, topic: string, signal: AbortSignal): AsyncIterable<string> {
  for await (const record of new LogStream(logAt(kafkaBrokers), { topic, from: 'latest', signal })) {
    if (record !== undefined) yield (JSON.parse(Buffer.from(record.value ?? []).toString()) as { readonly time: string }).time;
  }
}

giveResult(await subscribe(programOptions<SubscriberOptions>()));
