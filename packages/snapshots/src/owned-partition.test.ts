import { type ClientState, clientSnapshot, pendingEnding, restoreClient, unseenClient } from '@rollcall/fold';
import { at, connected, disconnected, updated } from '@rollcall/fold/testing';
import { compareText, encodeName, timeToMilliseconds, toClientKey } from '@rollcall/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketOf } from './bucket.ts';
import { LayoutOutdated } from './bucket-counts.ts';
import { allOf, clientsAfter, histories, SETTINGS as LIMITED, ODD_NAMES } from './histories.test-kit.ts';
import { Keys } from './keys.ts';
import { ChainBroken, type ClientWrite, OwnedPartition } from './owned-partition.ts';
import type { ScriptedRedis } from './redis.ts';
import { contents, hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';

/** A client may have any number of sessions. */
const SETTINGS = { ...LIMITED, sessionsKept: 0 };

const keys = new Keys('test').partition(1, 0);
const write = (client: ClientState): ClientWrite => ({ client, due: undefined });
/** As a projector writes it, with a deadline that tells which ending it is of. */
const pendingWrite = (client: ClientState): ClientWrite => {
  const ending = pendingEnding(client.presence, client.confirmedUpTo);
  return { client, due: ending === undefined ? undefined : { at: timeToMilliseconds(ending), moved: true } };
};

describe.skipIf(!hasRedisServer())('an owned partition', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => void (await server.redis.flushall()));

  const claim = (of = keys) => OwnedPartition.claim(server.redis, of, SETTINGS);
  const held = (of = keys) => contents(server.redis, of.base);
  /** How often its owner has written since the claim. */
  const writes = async () => Number((await server.redis.hget(keys.meta(), 'chain'))?.split(':')[1]);

  describe('taken over', () => {
    it('says that nothing was ever applied, then where the last apply stood, then that it is being restored', async () => {
      const first = await claim();
      expect(first.watermark).toBeUndefined();
      await first.partition.apply([], 9007199254740993n);
      const second = await claim();
      expect(second.watermark).toBe(9007199254740993n);
      await second.partition.wipe();
      expect((await claim()).watermark).toBe('restoring');
    });

    it('lets the former owner write nothing, nor go on reading', async () => {
      const { partition: former } = await claim();
      const [client] = clientsAfter([connected(1n)]) as [ClientState];
      await former.apply([write(client)], 1n);
      const before = await held();
      const { partition: owner } = await claim();
      const [later] = clientsAfter([connected(1n), disconnected(1n, '12:01:00')]) as [ClientState];
      await expect(former.apply([write(later)], 2n)).rejects.toThrow(ChainBroken);
      await expect(former.wipe()).rejects.toThrow(ChainBroken);
      await expect(former.load([client])).rejects.toThrow(ChainBroken);
      await expect(former.check()).rejects.toThrow(ChainBroken);
      expect(await held()).toEqual(before);
      await owner.check();
      expect((await owner.load([client])).map(allOf)).toEqual([allOf(client)]);
    });

    it('notices that Redis was emptied under it', async () => {
      const { partition } = await claim();
      await partition.check();
      await server.redis.flushall();
      await expect(partition.check()).rejects.toThrow(ChainBroken);
      await expect(partition.apply(clientsAfter([connected(1n)]).map(write), 1n)).rejects.toThrow(ChainBroken);
      expect(await server.redis.keys('*')).toEqual([]);
    });

    it('notices that Redis went back to an older copy of itself', async () => {
      const { partition } = await claim();
      const copy = await server.redis.hgetall(keys.meta());
      await partition.apply([], 1n);
      await server.redis.hset(keys.meta(), copy);
      await expect(partition.apply([], 2n)).rejects.toThrow(ChainBroken);
    });
  });

  describe('staged', () => {
    const [first, second, third] = [
      [connected(1n)],
      [connected(1n), disconnected(1n, '12:01:00')],
      [connected(1n), disconnected(1n, '12:01:00'), connected(2n, '12:02:00')],
    ].map((log) => clientsAfter(log)[0]) as [ClientState, ClientState, ClientState];

    it('is what the owner goes on from, and Redis is behind', async () => {
      const { partition } = await claim();
      await partition.apply([write(first)], 1n);
      const before = await held();
      partition.stage([write(second)]);
      expect((await partition.load([first])).map(allOf)).toEqual([allOf(second)]);
      expect(await held()).toEqual(before);
    });

    it('is written with the next apply, each client once and as it was staged last', async () => {
      const { partition } = await claim();
      await partition.apply([write(first)], 1n);
      const written = await writes();
      for (const client of [second, third]) partition.stage([write(client)]);
      await partition.apply([], 3n);
      expect((await writes()) - written).toBe(1);
      const successor = await claim();
      expect(successor.watermark).toBe(3n);
      expect((await successor.partition.load([first])).map(allOf)).toEqual([allOf(third)]);
    });

    it('leaves indexes, counts and deadlines as writing each at once does', async () => {
      await fc.assert(
        fc.asyncProperty(histories({ clients: ['a', 'b'] }), fc.array(fc.boolean(), { minLength: 1 }), async (log, applied) => {
          const [whole, staged] = [keys, new Keys('test').partition(1, 1)];
          await server.redis.flushall();
          const [{ partition: one }, { partition: other }] = [await claim(whole), await claim(staged)];
          for (let end = 1; end <= log.length; end++) {
            const some = clientsAfter(log.slice(0, end)).map(pendingWrite);
            await one.apply(some, BigInt(end));
            if (applied[end % applied.length] || end === log.length) await other.apply(some, BigInt(end));
            else other.stage(some);
          }
          // A source that was overtaken before it was written is not there.
          const content = async (of: typeof keys) => ({ ...(await held(of)), sources: undefined });
          expect(await content(staged)).toEqual(await content(whole));
        }),
        { numRuns: 50 },
      );
    });

    it('keeps the time at which a deadline falls due: that of the event that moved it, not of one after it', async () => {
      const { partition } = await claim();
      partition.stage([{ client: second, due: { at: 1_000, moved: true } }]);
      partition.stage([{ client: second, due: { at: 2_000, moved: false } }]);
      await partition.apply([], 2n);
      expect(await server.redis.zscore(keys.deadlines(), 'myns/client1')).toBe('1000');
    });

    it('is full with as many clients as are kept in memory', async () => {
      const { partition } = await claim();
      const many = Array.from(
        { length: 2_500 },
        (_, n) => clientsAfter([connected(1n, '12:00:00', { client: `c${n}` })])[0] as ClientState,
      );
      partition.stage(many.slice(1).map(write));
      expect(partition.isFull).toBe(false);
      partition.stage(many.slice(0, 2).map(write));
      expect(partition.isFull).toBe(true);
      await partition.apply([], 1n);
      expect(partition.isFull).toBe(false);
    });

    it('is forgotten where it is not known what was written: its owner must take the partition over again', async () => {
      const { partition } = await claim();
      partition.stage([write(first)]);
      await claim();
      await expect(partition.apply([], 1n)).rejects.toThrow(ChainBroken);
      await expect(partition.load([first])).rejects.toThrow(ChainBroken);
    });
  });

  describe('applied to', () => {
    it('gives each client back as it was written, unseen ones in their place', async () => {
      await fc.assert(
        fc.asyncProperty(histories(), async (log) => {
          await server.redis.flushall();
          const { partition } = await claim();
          const clients = clientsAfter(log);
          await partition.apply(clients.map(write), 1n);
          const loaded = await partition.load([...clients, unseenClient(toClientKey('myns', 'never seen'))]);
          expect(loaded.map(allOf)).toEqual([...clients, unseenClient(toClientKey('myns', 'never seen'))].map(allOf));
        }),
        { numRuns: 25, seed: 20_260_301 },
      );
    });

    it('indexes and counts exactly the clients that are there, whatever was applied in which order', async () => {
      const few = { clients: ODD_NAMES.slice(0, 5), sessions: ['s', 'a/b'], maxLength: 30 };
      await fc.assert(
        fc.asyncProperty(histories(few), fc.nat(4), async (log, step) => {
          await server.redis.flushall();
          const { partition } = await claim();
          for (let end = 1; end <= log.length; end += step + 1) {
            const clients = clientsAfter(log.slice(0, end));
            await partition.apply(clients.map(write));
            expect(indexesAndCounts(await held())).toEqual(indexesAndCountsOf(clients));
          }
        }),
        { numRuns: 25, seed: 20_260_301 },
      );
    });

    it('holds the same after many steps, by one owner or several, as after one', async () => {
      const few = { clients: ODD_NAMES.slice(0, 5), sessions: ['s', 'a/b'], maxLength: 30 };
      await fc.assert(
        fc.asyncProperty(histories(few), fc.nat(4), fc.boolean(), async (log, step, oneOwner) => {
          await server.redis.flushall();
          let { partition } = await claim();
          const ends = Array.from({ length: Math.ceil(log.length / (step + 1)) }, (_, at) => Math.min((at + 1) * (step + 1), log.length));
          for (const end of ends) {
            if (!oneOwner) ({ partition } = await claim());
            await partition.apply(clientsAfter(log.slice(0, end)).map(pendingWrite));
          }
          const stepped = await held();
          await server.redis.flushall();
          ({ partition } = await claim());
          await partition.apply(clientsAfter(log).map(pendingWrite));
          // Buckets that are empty again may have left the order of a hash different, and sources that nobody has any more.
          expect({ ...stepped, sources: {} }).toEqual({ ...(await held()), sources: {} });
        }),
        { numRuns: 50, seed: 20_260_301 },
      );
    });

    it('is the same when all is applied again, or an older state in between', async () => {
      const { partition } = await claim();
      const older = clientsAfter([connected(1n), updated('12:00:00')]);
      const newer = clientsAfter([connected(1n), updated('12:00:00'), disconnected(1n, '12:05:00', { reason: 'ConnectionLost' })]);
      const due = { at: 1_000, moved: true };
      await partition.apply(newer.map((client) => ({ client, due })));
      const once = await held();
      await partition.apply(newer.map((client) => ({ client, due })));
      expect(await held()).toEqual(once);
      await partition.apply(older.map(write));
      expect(await held()).not.toEqual(once);
      await partition.apply(newer.map((client) => ({ client, due })));
      expect(await held()).toEqual(once);
    });

    it('is taken over anew by a claim that is executed a second time: who claimed before it writes nothing more', async () => {
      let sent: Parameters<typeof server.redis.claim> | undefined;
      const claimOf = (...words: Parameters<typeof server.redis.claim>) => {
        sent = words;
        return server.redis.claim(...words);
      };
      const redis = withCommand(server.redis, 'claim', claimOf);
      const { partition: former } = await OwnedPartition.claim(redis, keys, SETTINGS);
      const { partition: owner } = await claim();
      await owner.apply(clientsAfter([connected(1n)]).map(write), 1n);
      await server.redis.claim(...(sent as NonNullable<typeof sent>));
      const before = await held();
      await expect(former.apply(clientsAfter([connected(1n)]).map(write), 1n)).rejects.toThrow(ChainBroken);
      await expect(owner.check()).rejects.toThrow(ChainBroken);
      expect(await held()).toEqual(before);
    });

    it('is written by nobody who does not know whether the last write came to Redis', async () => {
      const { redis, lost } = losing(server, 'wipe');
      const { partition } = await OwnedPartition.claim(redis, keys, SETTINGS);
      const clients = clientsAfter([connected(1n)]);
      await partition.apply(clients.map(write), 1n);
      lost.on = true;
      await expect(partition.wipe()).rejects.toThrow('the answer was lost');
      await expect(partition.apply(clients.map(write), 1n)).rejects.toThrow(ChainBroken);
      await expect(partition.check()).rejects.toThrow(ChainBroken);
    });

    it('is not taken over where counts are those of an earlier layout', async () => {
      await server.redis.hset(keys.counts(), 'myns/online///unknown/', '1');
      await expect(claim()).rejects.toThrow(LayoutOutdated);
    });

    it('fails where a client is a hash, as in an earlier layout: it is not taken for one that was never seen', async () => {
      const { partition } = await claim();
      const client = clientOf(1);
      await server.redis.hset(keys.client(client.key), 'presence', 'online');
      await expect(partition.load([client])).rejects.toThrow('WRONGTYPE');
      await expect(partition.apply([write(client)], 1n)).rejects.toThrow('WRONGTYPE');
    });

    it('takes a client of very many sessions', async () => {
      const { partition } = await claim();
      const client = clientOf(25_000);
      await partition.apply([write(client)], 1n);
      expect((await partition.load([client])).map(allOf)).toEqual([allOf(client)]);
    });

    it('takes many clients of many sessions in several calls, none of them long', async () => {
      const { partition } = await claim();
      const clients = Array.from({ length: 16 }, (_, at) => clientOf(400, `client${at}`));
      await partition.apply(clients.map(write), 77n);
      expect(await writes()).toBeGreaterThan(4);
      expect(indexesAndCounts(await held())).toEqual(indexesAndCountsOf(clients));
      expect((await claim()).watermark).toBe(77n);
    });
  });

  describe('applied to in several calls', () => {
    const many = Array.from({ length: 450 }, (_, at) => clientOf(1, `client${at}`));

    it('has the former watermark until the last', async () => {
      const { partition } = await claim();
      await partition.apply([], 5n);
      const seen: unknown[] = [];
      const look = async () => void seen.push(await server.redis.hget(keys.meta(), 'watermark'));
      await partition.apply(many.map(write), 77n, look);
      expect(seen.length).toBeGreaterThan(1);
      expect(new Set(seen)).toEqual(new Set(['5']));
      expect((await claim()).watermark).toBe(77n);
    });

    it.each([
      ['few', 'a few', 20, 3],
      ['many', 'more', 3_000, 60],
    ])('of %s clients writes %s at a time', async (_few, _aFew, clients, calls) => {
      const { partition } = await claim();
      await partition.apply(Array.from({ length: clients }, (_, at) => write(clientOf(1, `client${at}`))));
      expect(await writes()).toBe(calls);
    });

    it('fails, and leaves no error that nobody hears of, where Redis refuses some while one after them cannot be made ready', async () => {
      const { partition } = await claim();
      const clients = many.slice(0, 20);
      await partition.load(clients);
      await claim();
      const ofNoEvent = { session: 's', memory: {}, conclusion: { counterRestarted: false }, offset: 1n };
      const unreadable = { ...(clients[12] as ClientState), sessions: [ofNoEvent] };
      await expect(partition.apply(clients.with(12, unreadable).map(write), 1n)).rejects.toThrow(TypeError);
      // Redis answers in order: it has refused the first ones by now.
      await expect(partition.check()).rejects.toThrow(ChainBroken);
    });

    it('gets nothing more once Redis was emptied between two', async () => {
      const { partition } = await claim();
      const empty = async () => void (await server.redis.flushall());
      await expect(partition.apply(many.map(write), 77n, empty)).rejects.toThrow(ChainBroken);
      expect(await server.redis.keys('*')).toEqual([]);
    });
  });

  describe('what it keeps in memory', () => {
    const [before, after] = [[connected(1n)], [connected(1n), disconnected(1n, '12:05:00')]].map((log) => clientsAfter(log)[0]) as [
      ClientState,
      ClientState,
    ];
    const commands = async () => Number(/cmdstat_get:calls=(\d+)/.exec(await server.redis.info('commandstats'))?.[1] ?? 0);

    it('is not read again, whether it was read or written', async () => {
      const { partition } = await claim();
      await partition.load([before]);
      await partition.apply([write(before)]);
      const reads = await commands();
      expect((await partition.load([before])).map(allOf)).toEqual([allOf(before)]);
      await partition.apply([write(after)]);
      expect(await commands()).toBe(reads);
    });

    it('is bounded: what was used last stays', async () => {
      const { partition } = await claim();
      const many = Array.from({ length: 4_000 }, (_, at) => clientOf(1, `client${at}`));
      await partition.apply(many.map(write));
      const reads = await commands();
      await partition.load(many.slice(-2_500));
      expect(await commands()).toBe(reads);
      await partition.load(many.slice(0, 1));
      expect(await commands()).toBeGreaterThan(reads);
    });

    it('is bounded in bytes too: a client of very many sessions is not kept', async () => {
      const { partition } = await claim();
      const client = clientOf(25_000);
      await partition.apply([write(client)]);
      const reads = await commands();
      expect((await partition.load([client])).map(allOf)).toEqual([allOf(client)]);
      expect(await commands()).toBeGreaterThan(reads);
    });

    it('is of no use any more when it is not known what was written: whoever claims finds it', async () => {
      const { redis, lost } = losing(server, 'apply');
      const { partition } = await OwnedPartition.claim(redis, keys, SETTINGS);
      await partition.apply([write(before)]);
      lost.on = true;
      await expect(partition.apply([write(after)])).rejects.toThrow('the answer was lost');
      await expect(partition.load([before])).rejects.toThrow(ChainBroken);
      const { partition: owner } = await claim();
      expect((await owner.load([before])).map(allOf)).toEqual([allOf(after)]);
    });
  });

  describe('wiped', () => {
    it('loses every key, in portions, and leaves other partitions alone', async () => {
      const { partition } = await claim();
      const neighbour = new Keys('test').partition(1, 10);
      const { partition: other } = await claim(neighbour);
      const pending = (client: ClientState) => ({ client, due: { at: 1, moved: true } });
      const odd = clientsAfter(
        ODD_NAMES.flatMap((client) => ODD_NAMES.map((session) => disconnected(1n, '12:00:00', { client, session, reason: session }))),
      );
      const many = Array.from({ length: 450 }, (_, at) => clientOf(1, `client${at}`));
      for (const owner of [partition, other]) await owner.apply([...odd, ...many].map(pending), 5n);
      const before = await held(neighbour);
      expect(Object.keys(await held()).length).toBeGreaterThan(450);
      const began = await writes();
      await partition.wipe();
      expect(await held()).toEqual({});
      expect((await writes()) - began).toBeGreaterThanOrEqual(3);
      expect(await held(neighbour)).toEqual(before);
    });

    it('is empty at once where nothing was', async () => {
      const { partition } = await claim();
      await partition.wipe();
      expect(await held()).toEqual({});
    });
  });

  describe('deadlines', () => {
    const [client] = clientsAfter([connected(1n), disconnected(1n, '12:05:00')]) as [ClientState];
    const due = async () => server.redis.zscore(keys.deadlines(), client.key);

    it('keep their time while the latest ending stays, move with it, and go when the client is no longer pending', async () => {
      const { partition } = await claim();
      await partition.apply([{ client, due: { at: 100, moved: true } }]);
      await partition.apply([{ client, due: { at: 200, moved: false } }]);
      expect(await due()).toBe('100');
      await partition.apply([{ client, due: { at: 300, moved: true } }]);
      expect(await due()).toBe('300');
      await partition.apply([{ client }]);
      expect(await due()).toBeNull();
    });

    it('are set even where the ending did not move, if there is none: it was lost', async () => {
      const { partition } = await claim();
      await partition.apply([{ client, due: { at: 200, moved: false } }]);
      expect(await due()).toBe('200');
    });

    it('fall due one after the other, the longest due first, whatever the names', async () => {
      const { partition } = await claim();
      const clients = clientsAfter(ODD_NAMES.map((name) => disconnected(1n, '12:00:00', { client: name })));
      await partition.apply(clients.map((one, position) => ({ client: one, due: { at: 1_000 - position, moved: true } })));
      const names = async (now: number, limit: number) => (await partition.due(now, limit)).map((id) => id.client);
      expect(await names(1_000, 100)).toEqual([...ODD_NAMES].reverse());
      expect(await names(1_000, 2)).toEqual([...ODD_NAMES].reverse().slice(0, 2));
      expect(await names(1_000 - ODD_NAMES.length, 100)).toEqual([]);
    });
  });
});

/** A client with so many sessions, of which one is connected. */
function clientOf(sessions: number, client = 'client1'): ClientState {
  const time = at('12:00:00');
  const connected = { sequenceNumber: 1n, time };
  const ended = { ...connected, reason: 'ConnectionLost' };
  const there = { latestConnected: connected, firstTime: time, newestConnected: connected };
  const gone = { ...there, latestDisconnected: ended, newestDisconnected: ended };
  const names = Array.from({ length: sessions }, (_, number) => `session-${number}`).sort();
  const remembered = names.map((session, index) => ({ session, memory: index === 0 ? there : gone, offset: 3n }));
  return restoreClient(toClientKey('myns', client), { sessions: remembered, resource: {} }, 3n, SETTINGS);
}

/** The same Redis, which does as it is told; of one command, the answer is lost while `lost` is on. */
function losing(server: TestRedis, command: 'apply' | 'wipe') {
  const lost = { on: false };
  const mayFail = async (...words: Parameters<typeof server.redis.apply>) => {
    const answer = await server.redis[command](...words);
    if (lost.on) throw new Error('the answer was lost');
    return answer;
  };
  return { redis: withCommand(server.redis, command, mayFail), lost };
}

/** The same Redis, but for one command. */
function withCommand<Name extends 'apply' | 'claim' | 'wipe'>(
  redis: ScriptedRedis,
  command: Name,
  instead: ScriptedRedis[Name],
): ScriptedRedis {
  return new Proxy(redis, { get: (whole, name) => (name === command ? instead : Reflect.get(whole, name)) });
}

/** As the hash has it: by namespace, each in the order of its buckets. */
function countsOf(buckets: readonly (readonly [bucket: string, clients: number])[]): Record<string, string> {
  const byNamespace = Map.groupBy(
    buckets.toSorted(([a], [b]) => compareText(a, b)),
    ([bucket]) => bucket.split('/')[0] ?? '',
  );
  const text = (some: typeof buckets) => JSON.stringify(Object.fromEntries(some.map(([bucket, n]) => [bucket.replace(/^[^/]*\//, ''), n])));
  return Object.fromEntries([...byNamespace].map(([namespace, some]) => [namespace, text(some)]));
}

function indexesAndCounts(all: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith('index:') || key === 'counts'));
}

/** What the indexes and counts must hold for these clients and no others. */
function indexesAndCountsOf(clients: readonly ClientState[]) {
  const buckets = Map.groupBy(clients, (client) => bucketOf(clientSnapshot(client)));
  const names = (some: readonly ClientState[]) => some.map(({ client }) => encodeName(client)).sort(compareText);
  const score = ({ presence }: ClientState) => (presence.since === undefined ? 0 : timeToMilliseconds(presence.since));
  return {
    ...Object.fromEntries([...buckets].map(([bucket, some]) => [`index:name:${bucket}`, names(some).flatMap((name) => [name, '0'])])),
    ...Object.fromEntries(
      [...buckets].map(([bucket, some]) => {
        const sorted = some.toSorted((a, b) => score(a) - score(b) || compareText(encodeName(a.client), encodeName(b.client)));
        return [`index:since:${bucket}`, sorted.flatMap((client) => [encodeName(client.client), String(score(client))])];
      }),
    ),
    counts: countsOf([...buckets].map(([bucket, { length }]) => [bucket, length])),
  };
}
