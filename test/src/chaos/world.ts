import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import { cutLog, forgetGroup } from '@rollcall/log/testing';
import { topicNames } from '@rollcall/schema';
import { DEFAULT_PROJECTION, type ProjectionSettings } from '@rollcall/snapshots';
import { LogHistory, PARTITIONS } from './log-history.ts';
import { RedisConnection } from './redis-connection.ts';
import { Traffic } from './traffic.ts';
import { judge, NO_VERDICT, type Verdict } from './verdict.ts';
import { Watcher } from './watcher.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly clients: number;
  /** Of Kafka. Default: 1, which is its own controller. */
  readonly brokers?: number | undefined;
  /** Paths of other builds. */
  readonly projector?: string | undefined;
  readonly ingest?: string | undefined;
  /** How long it may take until all is quiet, in ms. Default: 2 min. */
  readonly quietWithin?: number;
  /** How many sessions that ended a client keeps. Default: as many as by default; with fewer, clients have more. */
  readonly sessionsKept?: number | undefined;
  /** Settings of the services. */
  readonly env?: Readonly<Record<string, string>>;
}

const SERVERS = ['kafka', 'redis', 'azurite', 'eventhubs'] as const;
const QUIET_WITHIN = 120_000;
const POLL = 250;
/** In ms. */
const OFFLINE_GRACE = 2_000;
/** Nothing new for so long, in ms: no deadline is on its way. */
const QUIET_FOR = 1_500;

function settingsOf({ sessionsKept = DEFAULT_PROJECTION.sessionsKept }: WorldOptions): ProjectionSettings {
  return { ...DEFAULT_PROJECTION, sessionsKept, offlineGrace: OFFLINE_GRACE };
}

/** A stack of one's own with traffic, a reader that polls, and all that is needed to break it. */
export class World {
  readonly projectors: RunningPart[] = [];
  readonly ingests: RunningPart[] = [];
  readonly history: LogHistory;
  readonly traffic: Traffic;
  readonly watcher: Watcher;
  readonly redis: RedisConnection;
  #added = 0;

  private constructor(
    readonly stack: StartedStack,
    private readonly options: WorldOptions,
  ) {
    this.history = new LogHistory(stack.kafkaBrokers);
    const { sessionsKept } = options;
    this.traffic = new Traffic(stack.eventHubsConnectionString, {
      ...options,
      sessions: sessionsKept === undefined ? 3 : 5 * sessionsKept,
    });
    this.watcher = new Watcher(stack.ports.redis, 'fleet');
    this.redis = new RedisConnection(stack.ports.redis);
  }

  /** The servers: no ingest and no projector yet. */
  static async start(options: WorldOptions): Promise<World> {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-chaos-'));
    const { sessionsKept } = settingsOf(options);
    const env = { OFFLINE_GRACE: `${OFFLINE_GRACE}ms`, SESSIONS_KEPT: String(sessionsKept), ...options.env };
    return new World(
      await startStack({ parts: SERVERS, env, dataDir, ...(options.brokers && { kafkaBrokers: options.brokers }) }),
      options,
    );
  }

  get brokers(): number {
    return this.options.brokers ?? 1;
  }

  get dataDir(): string {
    return this.stack.dataDir;
  }

  async addProjector(env: Readonly<Record<string, string>> = {}): Promise<RunningPart> {
    const projector = this.#newProjector(env);
    await projector.start();
    return projector;
  }

  /** A projector that is not waited for: it stumbles, maybe before it takes part. */
  addStumblingProjector(faults: string): RunningPart {
    const projector = this.#newProjector({ FAULTS: faults });
    projector.start().catch(() => {});
    return projector;
  }

  #newProjector(env: Readonly<Record<string, string>>): RunningPart {
    const projector = this.stack.add('projector', { as: `projector-${++this.#added}`, env, program: this.options.projector });
    this.projectors.push(projector);
    return projector;
  }

  async addIngest(env: Readonly<Record<string, string>> = {}): Promise<RunningPart> {
    const ingest = this.stack.add('ingest', { as: `ingest-${++this.#added}`, env, program: this.options.ingest });
    this.ingests.push(ingest);
    await ingest.start();
    return ingest;
  }

  /** Empties Redis. */
  async flushAll(): Promise<void> {
    await this.watcher.whileLosing(async () => {
      await this.redis.ask('FLUSHALL');
    });
  }

  /** Kills Redis; it starts again with what `meanwhile` leaves of its data. */
  async restartRedis(meanwhile: (dataDir: string) => Promise<void> = async () => {}): Promise<void> {
    const redis = this.stack.part('redis');
    await this.watcher.whileLosing(async () => {
      await redis.kill();
      await meanwhile(path.join(this.dataDir, 'redis'));
      await redis.start();
      // It answers a PING while it still loads.
      await this.until('Redis has loaded', async () => (await this.redis.ask('DBSIZE')) !== null);
    });
  }

  /** Copies what Redis has on disk now. What is returned puts it back: Redis is then as it was, whatever happened since. */
  async copyRedis(): Promise<() => Promise<void>> {
    const copy = await mkdtemp(path.join(this.dataDir, 'redis-copy-'));
    // Files that are being replaced cannot be copied as one.
    await this.redis.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0');
    await this.until('no file is being replaced', async () => String(await this.redis.ask('INFO')).includes('aof_rewrite_in_progress:0'));
    await cp(path.join(this.dataDir, 'redis', 'appendonlydir'), copy, { recursive: true });
    return () =>
      this.restartRedis(async (dir) => {
        await rm(path.join(dir, 'appendonlydir'), { recursive: true });
        await cp(copy, path.join(dir, 'appendonlydir'), { recursive: true });
      });
  }

  /** Cuts the whole log, as when its retention has passed. What was not projected by then is lost. */
  async cutLog(): Promise<void> {
    await this.history.events.read();
    const marks = await this.watermarks();
    for (const [partition, end] of (await this.history.ends()).entries()) {
      this.history.loseUnread(partition, marks[partition] ?? end, end);
      await cutLog(this.history.log, topicNames('rollcall').events, partition, end);
    }
  }

  /** Deletes the committed offsets of the projectors; none may run. */
  forgetOffsets(): Promise<void> {
    return forgetGroup(this.history.log, 'rollcall-projector');
  }

  /** The next offset that each partition of Redis has applied; undefined where it is missing or being restored. */
  async watermarks(): Promise<(bigint | undefined)[]> {
    const marks: (bigint | undefined)[] = [];
    const generation = await this.redis.ask('GET', 'rollcall:generation');
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const mark = (await this.redis.ask('HGET', `rollcall:{${generation}:${partition}}:meta`, 'watermark')) as string | null;
      marks.push(mark === null || mark === 'restoring' ? undefined : BigInt(mark));
    }
    return marks;
  }

  /** Tells a story while events are sent, so many a second, until what comes after it is applied. */
  async whileSending(perSecond: number, story: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const sending = this.traffic.send(Number.POSITIVE_INFINITY, perSecond, stop.signal);
    try {
      await story();
      await this.moreApplied();
    } finally {
      stop.abort();
      await sending;
    }
  }

  /** Waits until all that was sent is in the log. */
  async logged(): Promise<void> {
    await this.until('all is in the log', async () => {
      await this.history.events.read();
      return this.history.missing(this.traffic.copies).length === 0;
    });
  }

  /** Waits until more of the traffic is applied than now. */
  async moreApplied(): Promise<void> {
    const before = await this.#applied();
    await this.until('more events are applied', async () => (await this.#applied()) > before);
  }

  async #applied(): Promise<bigint> {
    return (await this.watermarks()).reduce<bigint>((sum, mark) => sum + (mark ?? 0n), 0n);
  }

  /** Waits until all that was sent is in the log and folded, and no deadline is pending. Returns how long that took, in ms. Throws NotQuiet. */
  async quiet(within = this.options.quietWithin ?? QUIET_WITHIN): Promise<number> {
    const began = Date.now();
    let since: number | undefined;
    let ends = '';
    for (;;) {
      const found = await this.#unrest().catch((error: unknown) => ({ unrest: String(error), ends: '' }));
      const isQuiet = found.unrest === undefined && found.ends === ends;
      ends = found.ends;
      if (!isQuiet) since = undefined;
      else if (since === undefined) since = Date.now();
      else if (Date.now() - since > QUIET_FOR) return since - began;
      if (Date.now() - began > within) throw new NotQuiet(found.unrest ?? 'records keep coming', within);
      await sleep(POLL);
    }
  }

  /** What is not at rest yet, and how far the log has come. */
  async #unrest(): Promise<{ unrest: string | undefined; ends: string }> {
    const ends = await this.history.ends();
    const marks = await this.watermarks();
    const behind = ends.flatMap((end, partition) =>
      marks[partition] === end ? [] : [`partition ${partition} is at ${marks[partition]} of ${end}`],
    );
    if (behind.length > 0) return { unrest: behind.join(', '), ends: String(ends) };
    for (const partition of ends.keys()) {
      const pending = await this.redis.ask('ZCARD', `rollcall:{1:${partition}}:deadlines`);
      if (pending !== 0) return { unrest: `${pending} deadlines pending in partition ${partition}`, ends: String(ends) };
    }
    await this.history.events.read();
    const missing = this.history.missing(this.traffic.copies);
    return { unrest: missing.length === 0 ? undefined : `${missing.length} events are not in the log`, ends: String(ends) };
  }

  /** Waits for a condition that must come. */
  async until(what: string, condition: () => Promise<boolean> | boolean, within = 60_000): Promise<void> {
    const began = Date.now();
    while (
      !(await Promise.resolve()
        .then(condition)
        .catch(() => false))
    ) {
      if (Date.now() - began > within) throw new NotQuiet(`not so: ${what}`, within);
      await sleep(25);
    }
  }

  /** Whatever happened: what cannot be judged is a violation. */
  async verdict(): Promise<Verdict> {
    try {
      await this.history.read();
      const verdict = await judge(this.history, await this.history.ends(), this.stack.ports.redis, this.traffic, settingsOf(this.options));
      const unseen = this.watcher.rounds === 0 ? ['the reader never saw anything'] : [];
      return { ...verdict, violations: [...verdict.violations, ...this.watcher.violations, ...unseen] };
    } catch (error) {
      return { ...NO_VERDICT, violations: [`cannot judge: ${error}`] };
    }
  }

  /** Ingests and projectors, in order; those that are frozen or dead included. */
  async stopServices(): Promise<void> {
    await Promise.all([...this.projectors.splice(0), ...this.ingests.splice(0)].map((part) => part.stop()));
  }

  /** Stops all. `keep`: leaves the data and the logs as evidence. */
  async end({ keep = false } = {}): Promise<void> {
    await this.watcher.stop();
    await this.traffic.close();
    await this.stopServices();
    await this.history.close();
    this.redis.close();
    await this.stack.stop();
    if (!keep) await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** It did not come to rest: something is stuck, or is lost. */
export class NotQuiet extends Error {
  override readonly name = 'NotQuiet';
  constructor(what: string, within: number) {
    super(`${what} after ${within / 1000} s`);
  }
}
