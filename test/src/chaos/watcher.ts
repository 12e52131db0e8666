import { setTimeout as sleep } from 'node:timers/promises';
import { clientKey, partitionOf } from '@rollcall/schema';
import { PARTITIONS } from './log-history.ts';
import { RedisConnection } from './redis-connection.ts';

const POLL = 25;
const CLIENTS = 60;

/** In the generation that readers use. ARGV: the partition, the clients. */
const LOOK = `
local base = 'rollcall:{' .. (redis.call('GET', 'rollcall:generation') or '') .. ':' .. ARGV[1] .. '}:'
local reply = { redis.call('HGET', base .. 'meta', 'watermark') or '' }
for i = 2, #ARGV do
  local client = redis.call('GET', base .. 'client:' .. ARGV[i])
  reply[i] = client and cjson.decode(client).offset or ''
end
return reply
`;

interface WatchedPartition {
  readonly partition: number;
  readonly keys: readonly string[];
  /** The greatest offset seen, by client. */
  readonly seen: Map<string, bigint>;
  /** The greatest watermark seen. */
  watermark: bigint;
  /** Redis itself lost writes: nothing counts until it has come at least as far as it was. */
  excused: boolean;
}

/** A reader that polls some clients all the while: within one history of Redis none may go backwards. */
export class Watcher {
  readonly violations: string[] = [];
  /** How often it has looked at all of them. */
  rounds = 0;
  readonly #partitions: readonly WatchedPartition[];
  readonly #redis: RedisConnection;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #losing = 0;

  constructor(port: number, namespace: string) {
    const keys = Array.from({ length: CLIENTS }, (_, n) => clientKey(namespace, `sensor ${n}`));
    this.#partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      keys: keys.filter((key) => partitionOf(key, PARTITIONS) === partition),
      seen: new Map(),
      watermark: -1n,
      excused: false,
    }));
    this.#redis = new RedisConnection(port);
    this.#watching = this.#watch();
  }

  /** Whatever `fault` does to Redis, it may lose writes. */
  async whileLosing(fault: () => Promise<void>): Promise<void> {
    this.#losing++;
    for (const partition of this.#partitions) partition.excused = true;
    try {
      await fault();
    } finally {
      this.#losing--;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    this.#redis.close();
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        for (const partition of this.#partitions) await this.#look(partition);
        this.rounds++;
      } catch {
        // Redis is away.
      }
      await sleep(POLL, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #look(partition: WatchedPartition): Promise<void> {
    const before = this.#losing;
    const [watermark, ...offsets] = (await this.#redis.ask('EVAL', LOOK, '0', String(partition.partition), ...partition.keys)) as string[];
    const told = watermark === '' || watermark === 'restoring' || watermark === undefined ? undefined : BigInt(watermark);
    if (partition.excused) {
      if (before > 0 || this.#losing > 0 || told === undefined || told < partition.watermark) return;
      partition.excused = false;
      partition.seen.clear();
    }
    if (told === undefined) return;
    if (told > partition.watermark) partition.watermark = told;
    partition.keys.forEach((key, at) => {
      const offset = BigInt(offsets[at] || -1);
      const last = partition.seen.get(key) ?? -1n;
      if (offset < last)
        this.violations.push(`a reader saw ${key} at offset ${last}, and then at ${offset}, with the watermark at ${told}`);
      partition.seen.set(key, offset);
    });
  }
}
