import { HOST, RedisProcess, until } from './redis-process.ts';

const SENTINELS = 3;
const MASTER = 'mine';

/** A master, its replica, and three sentinels, which give the master up after one silent second. */
export class TestSentinels implements AsyncDisposable {
  private constructor(
    readonly servers: readonly RedisProcess[],
    readonly sentinels: readonly RedisProcess[],
  ) {}

  static async start(): Promise<TestSentinels> {
    const settings = ['repl-diskless-sync yes', 'repl-diskless-sync-delay 0'];
    const master = await RedisProcess.start(settings);
    const replica = await RedisProcess.start([...settings, `replicaof ${HOST} ${master.port}`]);
    const watch = [
      `sentinel monitor ${MASTER} ${HOST} ${master.port} 2`,
      `sentinel down-after-milliseconds ${MASTER} 1000`,
      `sentinel failover-timeout ${MASTER} 3000`,
    ];
    const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => RedisProcess.start(watch, '--sentinel')));
    const set = new TestSentinels([master, replica], sentinels);
    await set.#settled();
    return set;
  }

  /** For the tests' `REDIS_URL`. */
  get url(): string {
    return `redis-sentinel://${this.sentinels.map(({ address }) => address).join(',')}/0#${MASTER}`;
  }

  /** The server that the sentinels agree on now. */
  async master(): Promise<RedisProcess> {
    const told = await Promise.all(this.sentinels.map(({ redis }) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)));
    const found = this.servers.find(({ port }) => told.every((address) => String(address) === `${HOST},${port}`));
    if (found === undefined) throw new Error(`the sentinels do not agree: ${told.join('; ')}`);
    return found;
  }

  /** Waits until another than `former` is the master, and says so itself. */
  async anotherThan(former: RedisProcess): Promise<RedisProcess> {
    await until('another is the master', async () => {
      const master = await this.master();
      return master !== former && (await master.redis.info('replication')).includes('role:master');
    });
    return this.master();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
  }

  /** Lets the sentinels replace the master, without need. */
  async failOver(): Promise<void> {
    await this.sentinels[0]?.redis.call('SENTINEL', 'FAILOVER', MASTER);
  }

  async #settled(): Promise<void> {
    for (const { redis } of this.sentinels) {
      await until('a sentinel knows the others, and the replica follows', async () => {
        const [, others] = /OK (\d+) usable/.exec(String(await redis.call('SENTINEL', 'CKQUORUM', MASTER))) ?? [];
        const replicas = (await redis.call('SENTINEL', 'REPLICAS', MASTER)) as string[][];
        return others === String(SENTINELS) && replicas.length === 1 && String(replicas[0]).includes('master-link-status,ok');
      });
    }
  }
}
