import { setTimeout as sleep } from 'node:timers/promises';
import { giveResult, programOptions } from './child-program.ts';
import { EventHubSender } from './event-hub-sender.ts';
import { LogOfEvents } from './log-of-events.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import { now, Schedule, type ScheduleOptions, timeOf } from './schedule.ts';
import { SessionEvents } from './session-events.ts';

export interface GeneratorOptions {
  readonly schedule: ScheduleOptions;
  readonly kafkaBrokers: string;
  readonly partitions: number;
  /** Sends to Event Hubs instead. */
  readonly eventHubs?: string | undefined;
  /** Of the events' sequence numbers. */
  readonly firstNumber: number;
}

/** Sends what is due; what becomes due while an append is under way goes with the next one, and counts from when it was due. Gives how long it
 *  took until each event was acknowledged. */
async function generate({ schedule: options, kafkaBrokers, partitions, eventHubs, firstNumber }: GeneratorOptions): Promise<Percentiles> {
  const schedule = new Schedule(options);
  const events = new SessionEvents(firstNumber);
  const target = eventHubs === undefined ? new LogOfEvents(kafkaBrokers, partitions) : new EventHubSender(eventHubs);
  const taken: number[] = [];
  for (let at = 0; at < schedule.count; ) {
    const ahead = schedule.due(at) - now();
    if (ahead > 0) {
      await sleep(ahead);
      continue;
    }
    const due: number[] = [];
    const batch: string[] = [];
    for (; at < schedule.count && schedule.due(at) <= now(); at++) {
      due.push(schedule.due(at));
      batch.push(events.next(schedule.client(at, Math.random()), timeOf(schedule.due(at))));
    }
    await target.append(batch);
    const acknowledged = now();
    for (const time of due) if (time >= schedule.measuredFrom) taken.push(acknowledged - time);
  }
  await target.close();
  return percentilesOf(taken);
}

giveResult(await generate(programOptions<GeneratorOptions>()));
