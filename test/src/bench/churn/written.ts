import { setTimeout as sleep } from 'node:timers/promises';
import { type LogRecord, Offsets, readRanges } from '@rollcall/log';
import { Keys } from '@rollcall/snapshots';
import { encodeCommand, RedisConnection } from '../../chaos/redis-connection.ts';
import { type FoldingPlace, mustBe } from '../folding.ts';
import { logAt } from '../log-of-events.ts';
import { now, timeOf } from '../schedule.ts';
import { partitionOfVisitor, type Visitor } from './visitor.ts';

/** What one event of a client makes the projector write, in bytes, on average; of Kafka keys and values before compression. */
export interface Written {
  readonly changes: number;
  readonly state: number;
  /** All that Redis was sent. */
  readonly redis: number;
  /** In either topic. */
  readonly largestRecord: number;
}

/** Appends events one at a time, each when the one before is in Redis: so each is a transaction of its own, and what is written does not depend on
 *  how many happen to be folded together. Nothing else may be under way. Throws ResultWrong if an event has not exactly one change and one state. */
export async function writtenByEvents({ stack, log }: FoldingPlace, visitor: Visitor, events: number): Promise<Written> {
  const partition = partitionOfVisitor(visitor, log.partitions);
  const options = logAt(stack.kafkaBrokers);
  const offsets = new Offsets(options);
  const redis = new RedisConnection(stack.ports.redis);
  const askWatermark = ['HGET', new Keys().partition(1, partition).meta(), 'watermark'];
  const { changes: changesTopic, state: stateTopic } = log.topics;
  const endOf = async (topic: string) => (await offsets.appended(topic)).get(partition) ?? 0n;
  try {
    const [changesFrom, stateFrom] = [await endOf(changesTopic), await endOf(stateTopic)];
    const before = await netInput(redis);
    let end = (await log.ends()).get(partition) ?? 0n;
    let asked = 0;
    for (let event = 0; event < events; event++) {
      await log.append([visitor.next(timeOf(now()))]);
      end++;
      for (let isThere = false; !isThere; asked++) {
        await sleep(1);
        isThere = BigInt(String(await redis.ask(...askWatermark))) >= end;
      }
    }
    const sent = (await netInput(redis)) - before - asked * encodeCommand(askWatermark).length;
    const written = async (topic: string, start: bigint) => {
      const range = new Map([[partition, { start, end: await endOf(topic) }]]);
      const sizes = await Array.fromAsync(readRanges(options, topic, range, new AbortController().signal), sizeOf);
      mustBe(`records of ${events} events in ${topic}`, sizes.length, events);
      return sizes;
    };
    const [changes, state] = [await written(changesTopic, changesFrom), await written(stateTopic, stateFrom)];
    const average = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0) / events;
    return { changes: average(changes), state: average(state), redis: sent / events, largestRecord: Math.max(...changes, ...state) };
  } finally {
    redis.close();
    await offsets.close();
  }
}

function sizeOf({ key, value }: LogRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}

/** Bytes that Redis has been sent, by anyone. */
async function netInput(redis: RedisConnection): Promise<number> {
  const [, bytes] = /total_net_input_bytes:(\d+)/.exec(String(await redis.ask('INFO', 'stats'))) ?? [];
  return Number(bytes);
}
