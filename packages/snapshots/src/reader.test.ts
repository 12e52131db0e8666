import { clientSnapshot } from '@rollcall/fold';
import { connected, disconnected, updated } from '@rollcall/fold/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ActiveGeneration, NoSnapshots, PartitionUnknown, SnapshotsBehind } from './active-generation.ts';
import { LayoutOutdated } from './bucket-counts.ts';
import { ODD_NAMES, SETTINGS } from './histories.test-kit.ts';
import { partitionOfClient } from './keys.ts';
import { PartitionRestoring } from './partition-reader.ts';
import { open, PARTITIONS, readerOf } from './reader.test-kit.ts';
import { RedisUnavailable } from './redis.ts';
import { hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';
import { PartitionsDiffer, SnapshotStore } from './store.ts';

const client1 = { namespace: 'myns', client: 'client1' };
const partition = partitionOfClient(client1, PARTITIONS);

describe.skipIf(!hasRedisServer())('reading snapshots', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => void (await server.redis.flushall()));

  it('says that there are no snapshots where no projector ever wrote: not found would be wrong', async () => {
    const { reader } = await open(server);
    await expect(reader.client(client1)).rejects.toThrow(NoSnapshots);
    await expect(reader.counts()).rejects.toThrow('no projector has written there');
  });

  it('says so again when Redis is emptied between two questions', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n));
    expect(await reader.client(client1)).toBeDefined();
    await server.redis.flushall();
    await expect(reader.client(client1)).rejects.toThrow(NoSnapshots);
  });

  it('goes on with the next question after its connection was lost', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n));
    expect(await reader.client(client1)).toBeDefined();
    await server.redis.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await expect.poll(() => reader.client(client1).catch(() => undefined)).toBeDefined();
    expect(await Promise.all([reader.client(client1), reader.namespaces()])).toMatchObject([{}, ['myns']]);
  });

  it('goes on where Redis has forgotten its scripts', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n));
    const ask = () => Promise.all([reader.client(client1), reader.counts(), reader.list({ namespace: 'myns' })]);
    const before = await ask();
    await server.redis.script('FLUSH');
    expect(await ask()).toEqual(before);
  });

  it('finds clients and sessions of any name, and not their neighbours', async () => {
    const { reader, project } = await open(server);
    const [client] = await project(connected(1n, '12:00:00', { client: 'a/b', session: '100%' }));
    expect((await reader.client({ namespace: 'myns', client: 'a/b' }))?.client).toEqual(client && clientSnapshot(client));
    expect(await reader.session({ namespace: 'myns', client: 'a/b' }, '100%')).toMatchObject({ session: '100%', status: 'connected' });
    expect(await reader.client({ namespace: 'myns', client: 'a%2Fb' })).toBeUndefined();
    expect(await reader.session({ namespace: 'myns', client: 'a' }, 'b/100%')).toBeUndefined();
  });

  it('finds many clients at once, in the order asked for, one of them twice and strangers in their place', async () => {
    const { reader, project } = await open(server);
    const names = [...ODD_NAMES, ...Array.from({ length: 700 }, (_, n) => `client${n}`)];
    await project(...names.map((client) => connected(1n, '12:00:00', { client })));
    const asked = ['never seen', ...names.toReversed(), 'nor this', 's'];
    const views = await reader.clients(asked.map((client) => ({ namespace: 'myns', client })));
    expect(views.map((view) => view?.client.client)).toEqual([undefined, ...names.toReversed(), undefined, 's']);
    expect(views.every((view) => view === undefined || view.sessions.length === 1)).toBe(true);
    expect(await reader.clients([])).toEqual([]);
  });

  it('lists clients without their sessions: Redis sends 4 KB of each at most, unless its attributes are longer', async () => {
    const { reader, project } = await open(server);
    const long = { text: 'x'.repeat(5_000) };
    const [first = '', ...others] = ODD_NAMES.slice(0, 4);
    const visits = [first, ...others].flatMap((client) =>
      Array.from({ length: 100 }, (_, n) => connected(1n, '12:00:00', { client, session: `session-${n}-${'y'.repeat(40)}` })),
    );
    const states = await project(...visits, updated('12:00:00', { client: first, attributes: long }));
    const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(await server.redis.info('stats'))?.[1]);
    const before = await sent();
    const { clients } = await reader.list({ namespace: 'myns' });
    const bytes = (await sent()) - before;
    const wanted = new Map(states.map((state) => [state.client, clientSnapshot(state)]));
    expect(new Map(clients.map((client) => [client.client, client]))).toEqual(wanted);
    expect(clients.map(({ rememberedSessions }) => rememberedSessions)).toEqual([100, 100, 100, 100]);
    const whole = await reader.client({ namespace: 'myns', client: first });
    expect(whole?.sessions).toHaveLength(100);
    const text = Buffer.byteLength(JSON.stringify(whole?.sessions));
    expect(bytes).toBeLessThan(4 * 4_096 + text + 10_000);
    expect(bytes).toBeLessThan(3 * text);
  });

  it('shows the source of each client, also one that came after the first question', async () => {
    const { reader, project } = await open(server);
    const sourceOf = async () => (await reader.client(client1))?.client.source;
    await project(connected(1n, '12:00:00', { source: '/namespaces/first' }));
    expect(await sourceOf()).toBe('/namespaces/first');
    await project(connected(1n, '12:00:00', { source: '/namespaces/second' }));
    expect(await sourceOf()).toBe('/namespaces/second');
    await project(connected(1n, '12:00:00', { source: '/namespaces/first' }));
    expect(await sourceOf()).toBe('/namespaces/first');
  });

  it('says that the layout is an earlier one: nobody is taken for missing, nor counted', async () => {
    const { reader, store, project } = await open(server);
    await project(connected(1n), connected(1n, '12:00:00', { client: 'client2' }));
    await server.redis.del(`test:{1:${partition}}:counts`);
    await server.redis.hset(`test:{1:${partition}}:counts`, 'myns/online///unknown/', '1');
    await expect(reader.list({ namespace: 'myns' })).rejects.toThrow(LayoutOutdated);
    await expect(reader.list({ namespace: 'myns' }, { order: 'since' })).rejects.toThrow(LayoutOutdated);
    await expect(reader.counts()).rejects.toThrow(LayoutOutdated);
    await expect(store.claim(partition, PARTITIONS)).rejects.toThrow('empty it, and projectors restore it from rollcall.state');
    expect(await reader.client(client1)).toBeDefined();
  });

  describe('while a partition is being restored', () => {
    it('says so instead of not found, and lists and counts nothing that is not complete', async () => {
      const { reader, store, project } = await open(server);
      await project(connected(1n), connected(1n, '12:00:00', { client: 'client2' }));
      await (await store.claim(partition, PARTITIONS)).active.wipe();
      await expect(reader.client(client1)).rejects.toThrow(PartitionRestoring);
      await expect(reader.client(client1)).rejects.toThrow(`partition ${partition} of the snapshots is not complete`);
      await expect(reader.session(client1, 'session1')).rejects.toThrow(PartitionRestoring);
      await expect(reader.list({ namespace: 'myns' })).rejects.toThrow(PartitionRestoring);
      await expect(reader.counts()).rejects.toThrow(PartitionRestoring);
      await expect(reader.namespaces()).rejects.toThrow(PartitionRestoring);
    });

    it('finds the clients that are there already, and those of other partitions', async () => {
      const { reader, store, project } = await open(server);
      const [client] = await project(connected(1n));
      const { active } = await store.claim(partition, PARTITIONS);
      await active.wipe();
      if (client) await active.apply([{ client }]);
      expect(await reader.client(client1)).toBeDefined();
      expect(await reader.session(client1, 'session1')).toBeDefined();
      await expect(reader.session(client1, 'session2')).rejects.toThrow(PartitionRestoring);
      const elsewhere = ODD_NAMES.map((name) => ({ namespace: 'myns', client: name })).find(
        (id) => partitionOfClient(id, PARTITIONS) !== partition,
      );
      expect(await reader.client(elsewhere ?? client1)).toBeUndefined();
    });
  });

  describe('asked for at least an offset', () => {
    const before = connected(1n);
    const after = disconnected(1n, '12:01:00');

    it('answers at once where Redis is that new', async () => {
      const { reader, project } = await open(server);
      await project(before);
      const view = await reader.client(client1, { atLeast: { partition, offset: '0' }, timeout: 0 });
      expect(view?.client.presence).toBe('online');
    });

    it('waits until it is: what was written is read', async () => {
      const { reader, project } = await open(server);
      await project(before);
      const atLeast = { partition, offset: 1n };
      const asked = Promise.all([
        reader.client(client1, { atLeast }).then((view) => view?.client.presence),
        reader.clients([client1], { atLeast }).then(([view]) => view?.client.presence),
        reader.session(client1, 'session1', { atLeast }).then((session) => session?.status),
        reader.list({ namespace: 'myns', presence: 'offline' }, { atLeast }).then(({ clients }) => clients.length),
        reader.counts('myns', { atLeast }).then(([counts]) => counts?.presence.offline),
      ]);
      await project(before, after);
      expect(await asked).toEqual(['offline', 'offline', 'disconnected', 1, 1]);
    });

    it('gives up when its time is over', async () => {
      const { reader, project } = await open(server);
      await project(before);
      const asked = reader.client(client1, { atLeast: { partition, offset: 1n }, timeout: 50 });
      await expect(asked).rejects.toThrow(SnapshotsBehind);
      await expect(asked).rejects.toThrow(`partition ${partition} of the snapshots did not come to offset 1 within 50 ms`);
    });

    it('takes no partition that there is not', async () => {
      const { reader, project } = await open(server);
      await project(before);
      await expect(reader.client(client1, { atLeast: { partition: PARTITIONS, offset: 0n } })).rejects.toThrow(PartitionUnknown);
    });
  });

  describe('when readers are switched to another generation', () => {
    /** Another generation in which the clients are gone, and what a switch does. */
    const switchTo = async (generation: number) => {
      for (let one = 0; one < PARTITIONS; one++) await server.redis.hset(`test:{${generation}:${one}}:meta`, 'watermark', '9');
      await server.redis.set('test:generation', String(generation));
    };

    it('answers from it, from the next question on', async () => {
      const { reader, project } = await open(server);
      await project(connected(1n));
      expect(await reader.client(client1)).toBeDefined();
      await switchTo(2);
      expect(await reader.client(client1)).toBeUndefined();
      expect(await reader.namespaces()).toEqual([]);
      await server.redis.set('test:generation', '1');
      expect(await reader.client(client1)).toBeDefined();
    });

    it('answers from it even where the old one is dropped under a question of several steps', async () => {
      const { project } = await open(server);
      await project(connected(1n));
      const generation = new ActiveGeneration(server.redis, 'test');
      const seen: number[] = [];
      const answer = await generation.ask(async (partitions) => {
        seen.push((await partitions[partition]?.counts())?.length ?? 0);
        if (seen.length === 1) {
          await switchTo(2);
          await server.redis.del(`test:{1:${partition}}:meta`, `test:{1:${partition}}:counts`);
        }
        return partitions[partition]?.counts();
      });
      expect(seen).toEqual([1, 0]);
      expect(answer).toEqual([]);
    });
  });

  it('asks nothing any more once it is closed', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n));
    await reader.counts();
    reader.close();
    await expect(reader.counts()).rejects.toThrow('it was closed');
  });

  it('holds the number of partitions fixed', async () => {
    const { store } = await open(server);
    await store.claim(0, PARTITIONS);
    await expect(store.claim(0, PARTITIONS + 1)).rejects.toThrow(PartitionsDiffer);
    await expect(store.claim(0, PARTITIONS + 1)).rejects.toThrow('Redis holds snapshots of 3 partitions, not 4');
  });
});

describe('where no Redis answers', () => {
  it('says where it was looked for, and never the password', async () => {
    const url = 'redis://user:geheim@127.0.0.1:1';
    const reader = readerOf(url);
    const store = new SnapshotStore({ url, patient: false, onError: () => {}, prefix: 'test', settings: SETTINGS });
    for (const attempt of [() => reader.counts(), () => reader.counts(), () => store.connect()]) {
      const error = await attempt().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(RedisUnavailable);
      expect(String(error)).toContain('cannot use Redis at 127.0.0.1:1');
      expect(String(error)).not.toContain('geheim');
    }
    reader.close();
    store.close();
  });

  it('leaves no timer behind that would keep a command waiting', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const reader = readerOf('redis://127.0.0.1:1');
    await expect(reader.counts()).rejects.toThrow(RedisUnavailable);
    reader.close();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
