import { spawnSync } from 'node:child_process';
import { type ClientState, clientSnapshot } from '@rollcall/fold';
import { after, connected, deadline, deleted, disconnected, updated } from '@rollcall/fold/testing';
import { type ClientSnapshot, compareText, encodeName, type LogEvent } from '@rollcall/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CursorInvalid } from './cursor.ts';
import { clientsAfter, ODD_NAMES } from './histories.test-kit.ts';
import type { IndexOrder } from './keys.ts';
import { open, PARTITIONS } from './reader.test-kit.ts';
import { hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';
import { type ListFilter, sinceScore } from './selection.ts';

describe.skipIf(!hasRedisServer())('a list', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => void (await server.redis.flushall()));

  it('has each client once, page by page, even where all have the same time', async () => {
    const { project, pages } = await open(server);
    const names = [...ODD_NAMES, ...Array.from({ length: 40 }, (_, at) => `client${at}`)];
    await project(...names.map((client) => connected(1n, '12:00:00', { client })));
    const inOrder = names.toSorted((a, b) => compareText(encodeName(a), encodeName(b)));
    for (const order of ['name', 'since'] as const) {
      for (const limit of [1, 2, 7, 52, 100]) {
        const found = await pages({ namespace: 'myns' }, { limit, order });
        expect(found.flat()).toEqual(inOrder);
        expect(found.length).toBe(Math.ceil(names.length / limit));
      }
    }
  });

  it('goes on after the client where the page before it ended, though that one is gone from the list', async () => {
    const { reader, project } = await open(server);
    const online = ['a', 'b', 'c', 'd', 'e', 'f'].map((client) => connected(1n, '12:00:00', { client }));
    await project(...online);
    const filter = { namespace: 'myns', presence: 'online' } as const;
    const first = await reader.list(filter, { limit: 3 });
    await project(...online, disconnected(1n, '12:01:00', { client: 'c' }));
    const rest = await reader.list(filter, { cursor: first.cursor });
    expect([...first.clients, ...rest.clients].map(({ client }) => client)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('takes one round trip to the indexes, though the largest bucket has nothing left of what comes next', async () => {
    const { reader, project } = await open(server);
    const ended = (seconds: number, client: string, reason: string) => disconnected(1n, after(seconds), { client, reason });
    const long = Array.from({ length: 600 }, (_, n) => ended(n, `long-${n}`, 'ConnectionLost'));
    const late = Array.from({ length: 300 }, (_, n) => ended(3_600 + n, `late-${n}`, n % 2 === 0 ? 'ClientError' : 'IdleTimeout'));
    await project(...long, ...late);
    const filter: ListFilter = { namespace: 'myns', presence: 'offline', since: { after: '2026-03-02T13:00:00Z' } };
    const first = await reader.list(filter, { limit: 90 });
    await server.redis.config('RESETSTAT');
    const { clients } = await reader.list(filter, { limit: 90, cursor: first.cursor });
    expect(clients.map(({ client }) => client)).toEqual(Array.from({ length: 90 }, (_, n) => `late-${90 + n}`));
    const calls = /cmdstat_evalsha:calls=(\d+)/.exec(await server.redis.info('commandstats'))?.[1];
    expect(Number(calls)).toBe(PARTITIONS);
  });

  describe('of clients of every kind', () => {
    const log: LogEvent[] = [
      connected(1n, '12:00:00', { client: 'here' }),
      connected(1n, '12:00:00', { client: 'here', namespace: 'other' }),
      disconnected(1n, '12:01:00', { client: 'pump-1', reason: 'ConnectionLost' }),
      disconnected(1n, '12:02:00', { client: 'pump-2', reason: 'ConnectionLost' }),
      deadline('12:02:00', { client: 'pump-2' }),
      disconnected(1n, '12:03:00', { client: 'odd', reason: '__proto__' }),
      updated('12:00:00', { client: 'registered', state: 'Disabled' }),
      updated('12:00:00', { client: 'here', state: 'Disabled' }),
      updated('12:00:00', { client: 'odd' }),
      deleted('13:00:00', { client: 'odd' }),
    ];
    const stories: [what: string, filter: Omit<ListFilter, 'namespace'>, found: string[]][] = [
      ['a presence', { presence: 'offline' }, ['odd', 'pump-1', 'pump-2']],
      ['no session event yet', { presence: 'unknown' }, ['registered']],
      ['a reason', { reason: 'ConnectionLost' }, ['pump-1', 'pump-2']],
      ['a reason of any name', { reason: '__proto__' }, ['odd']],
      ['a reason that no client has', { reason: 'IpForbidden' }, []],
      ['what excludes the other', { reason: 'ConnectionLost', presence: 'online' }, []],
      ['confirmed offline', { confirmed: true }, ['pump-2']],
      ['offline but not confirmed', { confirmed: false }, ['odd', 'pump-1']],
      ['a resource', { exists: 'yes' }, ['here', 'registered']],
      ['a deleted resource', { exists: 'no' }, ['odd']],
      ['a state, which a deleted one has no more', { state: 'Enabled' }, []],
      ['a state and a presence: disabled but online', { state: 'Disabled', presence: 'online' }, ['here']],
      ['a prefix', { prefix: 'pump-' }, ['pump-1', 'pump-2']],
      ['a prefix that is a whole name', { prefix: 'pump-1' }, ['pump-1']],
      ['since a time, that one included', { since: { after: '2026-03-02T12:01:00Z' } }, ['pump-1', 'pump-2', 'odd']],
      ['since before a time, that one not', { since: { before: '2026-03-02T12:01:00Z' } }, ['here']],
      ['since a time as a Date', { since: { after: new Date('2026-03-02T12:03:00Z') } }, ['odd']],
      ['since a time of another zone', { since: { after: '2026-03-02T13:03:00+01:00' } }, ['odd']],
      ['since a time, to the tick', { since: { after: '2026-03-02T12:02:00.0000001Z' } }, ['odd']],
    ];

    it.each(stories)('finds those with %s', async (_, filter, found) => {
      const { pages, project } = await open(server);
      await project(...log);
      for (const limit of [1, 100]) expect((await pages({ namespace: 'myns', ...filter }, { limit })).flat()).toEqual(found);
    });

    it('finds none of a namespace that there is not', async () => {
      const { pages, project } = await open(server);
      await project(...log);
      expect(await pages({ namespace: 'nowhere' })).toEqual([[]]);
      expect((await pages({ namespace: 'other' })).flat()).toEqual(['here']);
    });
  });

  it('is of the namespace, the reason and the state that were named, whatever they are called', async () => {
    const { pages, project } = await open(server);
    const names = [...ODD_NAMES, '.', 'a.b', '[a-z]', '^a$', 'a+', '(a)', 'a-b', 'ab'];
    await project(
      ...names.flatMap((name) => [
        connected(1n, '12:00:00', { namespace: name, client: `in ${name}` }),
        disconnected(1n, '12:00:00', { client: `gone for ${name}`, reason: name }),
        updated('12:00:00', { client: `registered as ${name}`, state: name }),
      ]),
    );
    for (const name of names) {
      expect(await pages({ namespace: name })).toEqual([[`in ${name}`]]);
      expect(await pages({ namespace: 'myns', reason: name })).toEqual([[`gone for ${name}`]]);
      expect(await pages({ namespace: 'myns', state: name })).toEqual([[`registered as ${name}`]]);
    }
  });

  it('looks at so many entries for a page and no more, then goes on with the next', async () => {
    const { pages, write } = await open(server);
    const many = Array.from({ length: 5_000 }, (_, n) => connected(1n, after(n), { client: `client${n}` }));
    await write(clientsAfter([...many, connected(1n, after(4_900), { client: 'pump' })]), 1n);
    const found = await pages({ namespace: 'myns', prefix: 'pump' }, { order: 'since' });
    expect(found.flat()).toEqual(['pump']);
    expect(found.length).toBe(2);
    expect(await pages({ namespace: 'myns', prefix: 'pump' }, { order: 'name' })).toEqual([['pump']]);
  });

  it('never holds a client that is not what was asked for, even where an index is wrong', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n, '12:00:00', { client: 'here' }), disconnected(1n, '12:00:00', { client: 'gone' }));
    for (const key of await server.redis.keys('*:index:*online*')) {
      await server.redis.zadd(key, key.includes(':since:') ? Date.parse('2026-03-02T12:00:00Z') : 0, 'gone', 0, 'never seen');
    }
    for (const order of ['name', 'since'] as const) {
      const { clients } = await reader.list({ namespace: 'myns', presence: 'online' }, { order });
      expect(clients.map(({ client }) => client)).toEqual(['here']);
    }
  });

  it('takes no cursor that a list in this order did not give, no time that is none, and no page that is too long', async () => {
    const { reader, project } = await open(server);
    await project(connected(1n), connected(1n, '12:00:00', { client: 'client2' }));
    const invented = [
      '{}',
      '[99]',
      '["name"]',
      '["name",1]',
      '["name",""]',
      '["since","a"]',
      '["since","a","1"]',
      '["since","a",0.5]',
      'null',
    ];
    for (const cursor of ['', 'x', ...invented.map((text) => Buffer.from(text).toString('base64url'))]) {
      for (const order of ['name', 'since'] as const)
        await expect(reader.list({ namespace: 'myns' }, { cursor, order })).rejects.toThrow(CursorInvalid);
    }
    const { cursor } = await reader.list({ namespace: 'myns' }, { limit: 1 });
    await expect(reader.list({ namespace: 'myns' }, { cursor, order: 'since' })).rejects.toThrow(
      'the cursor is not one that a list in the order of since gave',
    );
    await expect(reader.list({ namespace: 'myns', since: { after: 'yesterday' } })).rejects.toThrow('expected an RFC 3339 time');
    for (const limit of [0, 1_001, 1.5]) await expect(reader.list({ namespace: 'myns' }, { limit })).rejects.toThrow(RangeError);
  });

  describe('of any fleet, by any filter', () => {
    it('is that of a plain filter and sort over all clients', async () => {
      await fc.assert(
        fc.asyncProperty(fleets, filters, orders, fc.integer({ min: 1, max: 12 }), async (fleet, filter, order, limit) => {
          await server.redis.flushall();
          const { pages, write } = await open(server);
          const clients = fleetOf(fleet);
          await write(clients, 1n);
          expect((await pages(filter, { order, limit })).flat()).toEqual(plainList(clients, filter, order));
        }),
        { numRuns: 40, seed: 20_260_301 },
      );
    }, 60_000);

    it('skips and repeats none that stays as it is while others change from page to page', async () => {
      await fc.assert(
        fc.asyncProperty(fleets, filters, orders, fc.integer({ min: 1, max: 5 }), moves, async (fleet, filter, order, limit, changes) => {
          await server.redis.flushall();
          const { reader, write } = await open(server);
          await write(fleetOf(fleet), 1n);
          const moved = new Set<string>();
          const found: string[] = [];
          let cursor: string | undefined;
          for (let page = 0; page === 0 || cursor !== undefined; page++) {
            const { clients, cursor: next } = await reader.list(filter, { order, limit, cursor });
            for (const client of clients) expect(plainList([client], filter, order)).toEqual([client.client]);
            found.push(...clients.map(({ client }) => client));
            cursor = next;
            for (const [n, life] of changes.splice(0, 4)) {
              const client = NAMES[n] ?? '';
              moved.add(client);
              await write(clientsAfter(eventsOf(client, life)));
            }
          }
          const still = (names: readonly string[]) => names.filter((name) => !moved.has(name));
          expect(still(found)).toEqual(still(plainList(fleetOf(fleet), filter, order)));
        }),
        { numRuns: 40, seed: 20_260_301 },
      );
    }, 60_000);
  });
});

describe.skipIf(!hasRedisServer())('where Redis was started in a locale that orders texts like a dictionary', () => {
  const locale = dictionaryLocale();
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis(`LC_ALL=${locale ?? 'C'}`);
  });
  afterAll(() => server?.stop());

  it.skipIf(locale === undefined)('a list still has each client once: pages go by bytes, as the index does', async () => {
    expect(await server.redis.eval("return 'b' < 'B' and 1 or 0", 0)).toBe(1);
    const { project, pages } = await open(server);
    const names = ['B', 'C', 'D', 'E', 'a', 'b', 'c', 'd', 'e', 'Z', 'z'].flatMap((name) => [name, `${name}${name}`]);
    await project(...names.map((client) => connected(1n, '12:00:00', { client })));
    for (const order of ['name', 'since'] as const)
      expect((await pages({ namespace: 'myns' }, { limit: 2, order })).flat()).toEqual([...names].sort());
  });
});

/** Enough that pages break inside buckets, partitions and equal times. */
const NAMES = [...ODD_NAMES, ...Array.from({ length: 150 }, (_, n) => `${n % 2 === 0 ? 'client' : 'pump'}-${n}`)];
const SECONDS = [0, 0, 0, 1, 60];
const REASONS = ['ConnectionLost', 'a/b'];

/** What has happened to a client. */
interface Life {
  readonly session: 'never' | 'connected' | 'ended' | 'confirmed';
  readonly resource: 'never' | 'Enabled' | 'Disabled' | 'deleted';
  readonly seconds: number;
  readonly reason: string;
}
const lives = fc.record<Life>({
  session: fc.constantFrom('never', 'connected', 'ended', 'confirmed'),
  resource: fc.constantFrom('never', 'Enabled', 'Disabled', 'deleted'),
  seconds: fc.constantFrom(...SECONDS),
  reason: fc.constantFrom(...REASONS),
});
/** Some of many kinds, and many of a few: their buckets are read in portions. */
const fleets = fc
  .tuple(fc.array(lives, { maxLength: 40, size: 'max' }), fc.array(lives, { minLength: 1, maxLength: 3 }))
  .map(([many, few]) => NAMES.map((_, n) => many[n] ?? (few[n % few.length] as Life)));
const moves = fc.array(fc.tuple(fc.nat(NAMES.length - 1), lives), { maxLength: 40, size: 'max' });
const orders = fc.constantFrom<IndexOrder>('name', 'since');
const times = fc.option(
  fc.constantFrom(...SECONDS).map((seconds) => new Date(Date.parse('2026-03-02T12:00:00Z') + seconds * 1_000)),
  { nil: undefined },
);
const sometimes = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
const filters: fc.Arbitrary<ListFilter> = fc.record({
  namespace: fc.constant('myns'),
  presence: sometimes('online', 'offline', 'unknown'),
  confirmed: sometimes(true, false),
  reason: sometimes(...REASONS),
  exists: sometimes('yes', 'no', 'unknown'),
  state: sometimes('Enabled', 'Disabled'),
  since: fc.option(fc.record({ after: times, before: times }), { nil: undefined }),
  prefix: sometimes('client', 'pump-1', 'a', '%'),
});

function fleetOf(fleet: readonly Life[]): ClientState[] {
  return fleet.flatMap((life, n) => clientsAfter(eventsOf(NAMES[n] ?? '', life)));
}

function eventsOf(client: string, { session, resource, seconds, reason }: Life): LogEvent[] {
  const moment = after(seconds);
  const log: LogEvent[] = [];
  if (session === 'connected') log.push(connected(1n, moment, { client }));
  if (session === 'ended' || session === 'confirmed') log.push(disconnected(1n, moment, { client, reason }));
  if (session === 'confirmed') log.push(deadline(moment, { client }));
  if (resource !== 'never') log.push(updated('11:00:00', { client, state: resource === 'Disabled' ? resource : 'Enabled' }));
  if (resource === 'deleted') log.push(deleted('11:30:00', { client }));
  return log.length > 0 ? log : [deadline(moment, { client })];
}

/** What a list is, said plainly. */
function plainList(clients: readonly (ClientState | ClientSnapshot)[], filter: ListFilter, order: IndexOrder): string[] {
  return clients
    .map((client) => ('connectedSessions' in client ? client : clientSnapshot(client)))
    .filter((client) => {
      const { presence, confirmed, reason, exists, state, since, prefix = '' } = filter;
      const time = client.since === undefined ? undefined : Date.parse(client.since);
      if (presence !== undefined && client.presence !== presence) return false;
      if (confirmed !== undefined && (client.presence !== 'offline' || client.offlineConfirmed !== confirmed)) return false;
      if (reason !== undefined && client.disconnectionReason !== reason) return false;
      if (exists !== undefined && client.exists !== exists) return false;
      if (state !== undefined && (client.exists !== 'yes' || client.state !== state)) return false;
      if (since?.after !== undefined && (time === undefined || time < Number(since.after))) return false;
      if (since?.before !== undefined && (time === undefined || time >= Number(since.before))) return false;
      return client.client.startsWith(prefix);
    })
    .sort((a, b) => (order === 'since' ? sinceScore(a) - sinceScore(b) : 0) || compareText(encodeName(a.client), encodeName(b.client)))
    .map(({ client }) => client);
}

/** English as this machine has it; says so where it has none. */
function dictionaryLocale(): string | undefined {
  const locale = /^en_US.*$/m.exec(spawnSync('locale', ['-a'], { encoding: 'utf8' }).stdout ?? '')?.[0];
  if (locale === undefined) process.stdout.write('skipped: no locale en_US is installed\n');
  return locale;
}
