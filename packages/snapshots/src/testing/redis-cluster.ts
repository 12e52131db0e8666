import { HOST, RedisProcess, until } from './redis-process.ts';

const SLOTS = 16_384;
const MASTERS = 3;

/** A Redis Cluster of three masters; it gives a master up after one silent second. */
export class TestCluster implements AsyncDisposable {
  private constructor(
    readonly masters: readonly RedisProcess[],
    private readonly replicas: RedisProcess[] = [],
  ) {}

  static async start(): Promise<TestCluster> {
    const cluster = new TestCluster(await Promise.all(Array.from({ length: MASTERS }, startNode)));
    const [first] = cluster.masters;
    for (const [at, master] of cluster.masters.entries()) {
      const [from, to] = [at, at + 1].map((third) => Math.floor((third * SLOTS) / MASTERS));
      await master.redis.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? SLOTS) - 1);
      await master.redis.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
      if (first !== undefined) await meet(master, first);
    }
    await cluster.#settled();
    return cluster;
  }

  /** For the tests' `REDIS_URL`. */
  get url(): string {
    return `redis-cluster://${this.masters.map(({ address }) => address).join(',')}`;
  }

  get nodes(): readonly RedisProcess[] {
    return [...this.masters, ...this.replicas];
  }

  /** Starts a replica of a master, and waits until it holds the same. */
  async addReplica(master: RedisProcess): Promise<RedisProcess> {
    const replica = await startNode();
    this.replicas.push(replica);
    await meet(replica, master);
    const id = String(await master.redis.cluster('MYID'));
    await until('the replica knows its master', async () => (await replica.redis.cluster('REPLICATE', id)) === 'OK');
    await until('the replica holds the same', async () => (await replica.redis.info('replication')).includes('master_link_status:up'));
    await this.#settled();
    return replica;
  }

  /** The node that holds the key's slot now. */
  async masterOf(key: string): Promise<RedisProcess> {
    for (const node of this.nodes.filter(({ runs }) => runs)) {
      const isMaster = (await node.redis.info('replication')).includes('role:master');
      // Any other answers MOVED.
      if (isMaster && (await node.redis.exists(key).catch(() => -1)) >= 0) return node;
    }
    throw new Error(`no node holds ${key}`);
  }

  /** Moves the key's slot as `redis-cli --cluster reshard` does, key by key, while clients go on. `halfway` runs when half of them have moved. */
  async moveSlot(key: string, from: RedisProcess, to: RedisProcess, halfway: () => Promise<void>): Promise<void> {
    const slot = Number(await from.redis.cluster('KEYSLOT', key));
    const [fromId, toId] = [String(await from.redis.cluster('MYID')), String(await to.redis.cluster('MYID'))];
    await to.redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await from.redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    const half = (await keysIn(from, slot)).length / 2;
    for (let [next] = await keysIn(from, slot), moved = 0; next !== undefined; [next] = await keysIn(from, slot), moved++) {
      if (moved === Math.floor(half)) await halfway();
      await from.redis.call('MIGRATE', HOST, to.port, next, 0, 5_000);
    }
    for (const { redis } of [to, from, ...this.masters]) await redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async #settled(): Promise<void> {
    await until('the Cluster is whole', async () => {
      const states = await Promise.all(this.nodes.map(({ redis }) => redis.cluster('INFO')));
      return states.every(
        (state) => String(state).includes('cluster_state:ok') && String(state).includes(`cluster_known_nodes:${this.nodes.length}`),
      );
    });
  }
}

function keysIn({ redis }: RedisProcess, slot: number): Promise<string[]> {
  return redis.call('CLUSTER', 'GETKEYSINSLOT', slot, 100_000) as Promise<string[]>;
}

async function startNode(): Promise<RedisProcess> {
  return RedisProcess.start([
    ...['cluster-enabled yes', 'cluster-node-timeout 1000', 'cluster-replica-validity-factor 0', 'cluster-port BUS'],
    ...['repl-diskless-sync yes', 'repl-diskless-sync-delay 0'],
  ]);
}

async function meet(one: RedisProcess, other: RedisProcess): Promise<void> {
  const [, bus] = (await other.redis.config('GET', 'cluster-port')) as [string, string];
  await one.redis.call('CLUSTER', 'MEET', HOST, other.port, bus);
}
