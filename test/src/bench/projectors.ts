import { setTimeout as sleep } from 'node:timers/promises';
import { Rollcall } from '@rollcall/client';
import type { RunningPart } from '@rollcall/local';
import { Keys } from '@rollcall/snapshots';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { committedRecords } from './committed-records.ts';
import { type Contender, type Expected, type Folding, type FoldingPlace, mustBe, ResultWrong } from './folding.ts';
import { deleteTopics } from './kafka-topics.ts';

/** So many projector processes of Rollcall. Their settings are the defaults, but for the number of partitions and OFFLINE_GRACE: the log is old
 *  when it is read again, and at the default of a minute they would append deadlines to it, which the next one would find. */
export function projectors(processes: number, settings: { readonly sharedGroup?: string } = {}): Contender {
  return {
    name: `Rollcall, ${processes} ${processes === 1 ? 'projector' : 'projectors'}`,
    async start(place, run) {
      const group = settings.sharedGroup ?? `rollcall-projector-${run}`;
      const env = { PARTITIONS: String(place.log.partitions), CONSUMER_GROUP: group, OFFLINE_GRACE: '1000h' };
      const parts = Array.from({ length: processes }, (_, n) => place.stack.add('projector', { as: `projector-${run}-${n}`, env }));
      const started = Promise.all(parts.map((part) => part.start()));
      return new Projecting(place, group, parts, started);
    },
  };
}

class Projecting implements Folding {
  readonly writtenBy = 'rollcall';
  readonly first: Promise<number>;
  readonly #redis: RedisConnection;

  constructor(
    private readonly place: FoldingPlace,
    private readonly group: string,
    private readonly parts: readonly RunningPart[],
    private readonly started: Promise<unknown>,
  ) {
    this.#redis = new RedisConnection(place.stack.ports.redis);
    this.first = this.#firstTakeOver();
    this.first.catch(() => {});
  }

  readonly pids = () =>
    this.parts.map((part) => {
      if (part.pid === undefined) throw new Error(`${part.name} has ended:\n${part.log().slice(-2_000)}`);
      return part.pid;
    });

  /** A partition is read from when it was taken over: a moment before its first record, so this errs against Rollcall. */
  async #firstTakeOver(): Promise<number> {
    let failure: unknown;
    this.started.catch((error) => {
      failure = error;
    });
    while (failure === undefined) {
      const times = this.parts.flatMap((part) => {
        const [, time] = /"time":"([^"]+)"[^\n]*"msg":"took the partition over"/.exec(part.log()) ?? [];
        return time === undefined ? [] : [Date.parse(time)];
      });
      if (times.length > 0) return Math.min(...times);
      await sleep(10);
    }
    throw failure;
  }

  async isDone(ends: ReadonlyMap<number, bigint>): Promise<boolean> {
    this.pids();
    for (const [partition, end] of ends) {
      const watermark = await this.#redis.ask('HGET', new Keys().partition(1, partition).meta(), 'watermark');
      if (watermark !== String(end)) return false;
    }
    return await this.place.log.isCommitted(this.group, ends);
  }

  /** Every event changed something, so the changes are the events, in order and without a hole. */
  async verify(expected: Expected): Promise<void> {
    const { stack, log } = this.place;
    const next = new Map<number, number>();
    let changes = 0;
    for await (const { partition, value } of committedRecords(stack.kafkaBrokers, log.topics.changes)) {
      const [, offset] = /^\{"position":\{"partition":\d+,"offset":"(\d+)"/.exec(Buffer.from(value ?? []).toString('utf8', 0, 80)) ?? [];
      const due = next.get(partition) ?? 0;
      if (Number(offset) !== due) throw new ResultWrong(`partition ${partition}: the change of event ${offset} comes where ${due} was due`);
      next.set(partition, due + 1);
      changes++;
    }
    mustBe('changes', changes, expected.changes);
    await using rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
    const counts = await rollcall.counts();
    mustBe('clients in Redis', sum(counts.map(({ clients }) => clients)), expected.clients);
    if (expected.online !== undefined) mustBe('clients online', sum(counts.map(({ presence }) => presence.online)), expected.online);
  }

  async stop(): Promise<void> {
    this.#redis.close();
    await Promise.allSettled([this.started]);
    for (const part of this.parts) await part.stop();
  }

  async erase(): Promise<void> {
    const { stack, log } = this.place;
    await deleteTopics(stack.ports.kafka, [log.topics.changes, log.topics.state]);
    await log.create();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
