import { spawnSync } from 'node:child_process';
import { clientSnapshot } from '@rollcall/fold';
import { connected, disconnected, updated } from '@rollcall/fold/testing';
import type { LogEvent } from '@rollcall/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { clientsAfter, ODD_NAMES, SETTINGS } from './histories.test-kit.ts';
import { partitionOfClient } from './keys.ts';
import { CursorInvalid, type ListFilter, NoSnapshots, SnapshotReader } from './reader.ts';
import { RedisUnavailable } from './redis.ts';
import { hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';
import { PartitionsDiffer, SnapshotStore } from './store.ts';

const PARTITIONS = 3;
const quiet = { patient: false, onError: () => {}, prefix: 'test' };

async function open(server: TestRedis) {
  const store = new SnapshotStore({ ...quiet, url: server.url, settings: SETTINGS });
  const reader = new SnapshotReader({ ...quiet, url: server.url });
  onTestFinished(() => {
    store.close();
    reader.close();
  });
  await store.connect();
  /** As projectors leave Redis when the log holds these events. */
  const project = async (...log: LogEvent[]) => {
    const clients = clientsAfter(log);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { active } = await store.claim(partition, PARTITIONS);
      await active.apply(
        clients.filter((id) => partitionOfClient(id, PARTITIONS) === partition).map((client) => ({ client })),
        BigInt(log.length),
      );
    }
    return clients;
  };
  /** All pages of a list, names only. */
  const pages = async (filter: ListFilter, limit: number) => {
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await reader.list(filter, limit, cursor);
      found.push(page.clients.map(({ client }) => client));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };
  return { store, reader, project, pages };
}

describe.skipIf(!hasRedisServer())('reading snapshots', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => void (await server.redis.flushall()));

  it('says that there are no snapshots where no projector ever wrote: not found would be wrong', async () => {
    const { reader } = await open(server);
    await expect(reader.client({ namespace: 'myns', client: 'client1' })).rejects.toThrow(NoSnapshots);
    await expect(reader.counts()).rejects.toThrow('has a projector run?');
  });

  it('finds clients and sessions of any name, and not their neighbours', async () => {
    const { reader, project } = await open(server);
    const [client] = await project(connected(1n, '12:00:00', { client: 'a/b', session: '100%' }));
    expect((await reader.client({ namespace: 'myns', client: 'a/b' }))?.client).toEqual(client && clientSnapshot(client));
    expect(await reader.session({ namespace: 'myns', client: 'a/b' }, '100%')).toMatchObject({ session: '100%', status: 'connected' });
    expect(await reader.client({ namespace: 'myns', client: 'a%2Fb' })).toBeUndefined();
    expect(await reader.session({ namespace: 'myns', client: 'a' }, 'b/100%')).toBeUndefined();
  });

  it('lists each client once, page by page, even where all have the same time', async () => {
    const { project, pages } = await open(server);
    const names = [...ODD_NAMES, ...Array.from({ length: 40 }, (_, at) => `client${at}`)];
    await project(...names.map((client) => connected(1n, '12:00:00', { client })));
    for (const limit of [1, 2, 7, 52, 100]) {
      const found = await pages({ namespace: 'myns' }, limit);
      expect(found.flat().sort()).toEqual([...names].sort());
      expect(found.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    }
  });

  it('goes on after the client where the page before it ended, though that one is gone from the list', async () => {
    const { reader, project } = await open(server);
    const online = ['a', 'b', 'c', 'd', 'e', 'f'].map((client) => connected(1n, '12:00:00', { client }));
    await project(...online);
    const filter = { namespace: 'myns', presence: 'online' } as const;
    const first = await reader.list(filter, 3);
    const lastSeen = first.clients.at(-1)?.client ?? '';
    await project(...online, disconnected(1n, '12:01:00', { client: lastSeen }));
    const rest = await reader.list(filter, 100, first.cursor);
    expect([...first.clients, ...rest.clients].map(({ client }) => client).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('lists by presence and by reason, oldest first, and only of the namespace', async () => {
    const { pages, project } = await open(server);
    const lost = { client: 'lost', reason: 'ConnectionLost' };
    await project(
      connected(1n, '12:00:00', { client: 'here' }),
      connected(1n, '12:00:00', { client: 'here', namespace: 'other' }),
      disconnected(1n, '12:00:00', lost),
      disconnected(1n, '12:00:00', { client: 'odd', reason: '__proto__' }),
      updated('12:00:00', { client: 'registered' }),
    );
    expect((await pages({ namespace: 'myns', presence: 'online' }, 10)).flat()).toEqual(['here']);
    expect((await pages({ namespace: 'myns', presence: 'offline' }, 10)).flat().sort()).toEqual(['lost', 'odd']);
    expect((await pages({ namespace: 'myns', presence: 'unknown' }, 10)).flat()).toEqual(['registered']);
    expect((await pages({ namespace: 'myns', reason: 'ConnectionLost' }, 10)).flat()).toEqual(['lost']);
    expect((await pages({ namespace: 'myns', reason: '__proto__' }, 10)).flat()).toEqual(['odd']);
    expect((await pages({ namespace: 'myns', reason: 'ConnectionLost', presence: 'online' }, 10)).flat()).toEqual([]);
    expect((await pages({ namespace: 'nowhere' }, 10)).flat()).toEqual([]);
  });

  it('counts each namespace, whatever namespaces and reasons are called', async () => {
    const { reader, project } = await open(server);
    const namespaces = ['__proto__', '123', 'a/b', '100%', 'tab\t'];
    await project(
      ...namespaces.flatMap((namespace) => [
        connected(1n, '12:00:00', { namespace, client: 'here' }),
        ...ODD_NAMES.map((reason) => disconnected(1n, '12:00:00', { namespace, client: reason, reason })),
      ]),
    );
    const counts = await reader.counts();
    expect(counts.map(({ namespace }) => namespace)).toEqual([...namespaces].sort());
    for (const { presence, reason } of counts) {
      expect(presence).toEqual({ online: 1, offline: ODD_NAMES.length, unknown: 0 });
      expect(Object.entries(reason).sort()).toEqual(ODD_NAMES.map((name) => [name, 1]).sort());
    }
    expect(await reader.counts('a/b')).toEqual(counts.filter(({ namespace }) => namespace === 'a/b'));
    expect(await reader.counts('a')).toEqual([]);
  });

  it('takes no cursor that a list did not give', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n));
    const invented = [
      '',
      'x',
      ...['{}', '[99]', '[0,1,2]', '[-1]', '[0,"1 or 2","a"]', '[0.5]', 'null'].map((text) => Buffer.from(text).toString('base64url')),
    ];
    for (const cursor of invented) await expect(reader.list({ namespace: 'myns' }, 1, cursor)).rejects.toThrow(CursorInvalid);
  });

  it('holds the number of partitions fixed', async () => {
    const { store } = await open(server);
    await store.claim(0, PARTITIONS);
    await expect(store.claim(0, PARTITIONS + 1)).rejects.toThrow(PartitionsDiffer);
    await expect(store.claim(0, PARTITIONS + 1)).rejects.toThrow('Redis holds snapshots of 3 partitions, not 4');
  });
});

describe.skipIf(!hasRedisServer())('where Redis was started in a locale that orders texts like a dictionary', () => {
  const locale = dictionaryLocale();
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis(`LC_ALL=${locale ?? 'C'}`);
  });
  afterAll(() => server?.stop());

  it.skipIf(locale === undefined)('still lists each client once: pages go by bytes, as the index does', async () => {
    expect(await server.redis.eval("return 'b' < 'B' and 1 or 0", 0)).toBe(1);
    const { project, pages } = await open(server);
    const names = ['B', 'C', 'D', 'E', 'a', 'b', 'c', 'd', 'e', 'Z', 'z'].flatMap((name) => [name, `${name}${name}`]);
    await project(...names.map((client) => connected(1n, '12:00:00', { client })));
    expect((await pages({ namespace: 'myns' }, 2)).flat().sort()).toEqual([...names].sort());
  });
});

describe('where no Redis answers', () => {
  it('says where it was looked for, and never the password', async () => {
    const url = 'redis://user:geheim@127.0.0.1:1';
    const reader = new SnapshotReader({ ...quiet, url });
    const store = new SnapshotStore({ ...quiet, url, settings: SETTINGS });
    for (const attempt of [() => reader.counts(), () => store.connect()]) {
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
    const reader = new SnapshotReader({ ...quiet, url: 'redis://127.0.0.1:1' });
    await expect(reader.counts()).rejects.toThrow(RedisUnavailable);
    reader.close();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

/** English as this machine has it; says so where it has none. */
function dictionaryLocale(): string | undefined {
  const locale = /^en_US.*$/m.exec(spawnSync('locale', ['-a'], { encoding: 'utf8' }).stdout ?? '')?.[0];
  if (locale === undefined) process.stdout.write('skipped: no locale en_US is installed\n');
  return locale;
}
