import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { committedRecords } from './committed-records.ts';
import { type Contender, type Expected, type Folding, type FoldingPlace, mustBe } from './folding.ts';
import { ensureKafkaStreams } from './kafka-streams-program.ts';
import { deleteTopics } from './kafka-topics.ts';

/** Before the name of each of its keys in Redis. */
export const STREAMS_PREFIX = 'streams:';

/** Kafka Streams, exactly once, as test/peers/kafka-streams has it. Its commit interval is its own, of 100 ms, or so many milliseconds. */
export function kafkaStreams(sink: 'with Redis' | 'without Redis', commitInterval?: number): Contender {
  return {
    name: `Kafka Streams, exactly once, ${sink}${commitInterval === undefined ? '' : `, commits each ${commitInterval / 1_000} s`}`,
    async start(place, run) {
      const classPath = await ensureKafkaStreams();
      const { stack, log } = place;
      const stateDir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-streams-'));
      const names = { group: `streams-${run}`, derived: `streams-${run}.sessions`, stateDir };
      const redis = sink === 'with Redis' ? ['127.0.0.1', String(stack.ports.redis), STREAMS_PREFIX] : [];
      const program = ['-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', classPath, 'StreamsFold'];
      const args = [
        ...program,
        stack.kafkaBrokers,
        log.topics.events,
        names.derived,
        names.group,
        stateDir,
        String(commitInterval ?? 'default'),
        ...redis,
      ];
      // Its standard input closes with us: it does not outlive a bench that is killed.
      const java = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      return new Streaming(place, java, names, sink === 'with Redis');
    },
  };
}

class Streaming implements Folding {
  readonly writtenBy = 'kafka-streams';
  readonly derivedTopic: string;
  readonly first: Promise<number>;
  readonly #ended: Promise<unknown>;

  constructor(
    private readonly place: FoldingPlace,
    private readonly java: ChildProcess,
    private readonly names: { readonly group: string; readonly derived: string; readonly stateDir: string },
    private readonly withRedis: boolean,
  ) {
    this.derivedTopic = names.derived;
    this.#ended = once(java, 'exit');
    this.first = this.#firstRecord();
    this.first.catch(() => {});
  }

  readonly pids = () => {
    if (this.java.exitCode !== null || this.java.pid === undefined) throw new Error(`Kafka Streams has ended with ${this.java.exitCode}`);
    return [this.java.pid];
  };

  async #firstRecord(): Promise<number> {
    if (this.java.stdout === null) throw new Error('Kafka Streams has no output');
    for await (const line of createInterface(this.java.stdout)) {
      const [, time] = /^FIRST (\d+)$/.exec(line) ?? [];
      if (time !== undefined) return Number(time);
    }
    throw new Error('Kafka Streams ended before its first record');
  }

  /** Redis has answered for all that is committed. */
  isDone(ends: ReadonlyMap<number, bigint>): Promise<boolean> {
    this.pids();
    return this.place.log.isCommitted(this.names.group, ends);
  }

  async verify({ changes, clients }: Expected): Promise<void> {
    let derived = 0;
    for await (const _ of committedRecords(this.place.stack.kafkaBrokers, this.names.derived)) derived++;
    mustBe('derived records', derived, changes);
    if (!this.withRedis) return;
    const redis = new RedisConnection(this.place.stack.ports.redis);
    mustBe('sessions in Redis', Number(await redis.ask('DBSIZE')), clients);
    redis.close();
  }

  async stop(): Promise<void> {
    this.java.stdin?.end();
    await this.#ended;
    await rm(this.names.stateDir, { recursive: true, force: true });
  }

  async erase(): Promise<void> {
    await deleteTopics(this.place.stack.ports.kafka, [this.names.derived, `${this.names.group}-sessions-changelog`]);
  }
}
