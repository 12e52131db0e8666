import { readFileSync } from 'node:fs';
import { type ClientState, clientSnapshot, clientTraits, sessionSnapshot } from '@rollcall/fold';
import { connected, record, replay } from '@rollcall/fold/testing';
import { type LogEvent, parseValue, toClientKey } from '@rollcall/schema';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bucketOf } from './bucket.ts';
import { decodeClientSnapshot, decodeClientState, parseClient } from './client-codec.ts';
import { SETTINGS } from './histories.test-kit.ts';
import { foldInto } from './projection.ts';
import { hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';
import { SnapshotStore } from './store.ts';

interface Written {
  readonly what: string;
  readonly events: readonly string[];
  readonly redis: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** Clients as projectors of version 1 of the fold left them in Redis, and the events that led to them. Never to be written again. */
const WRITTEN: readonly Written[] = JSON.parse(readFileSync(new URL('./version-1.json', import.meta.url), 'utf8'));

function eventOf(json: string): LogEvent {
  const parsed = parseValue(toClientKey('myns', 'client1'), Buffer.from(json));
  if (!parsed.ok) throw new TypeError(parsed.detail);
  return parsed.event;
}

const foldedFrom = (events: readonly string[]): ClientState => {
  const [client] = [...replay(events.map(eventOf)).clients.values()];
  if (client === undefined) throw new TypeError('a client is needed');
  return client;
};

const seen = (client: ClientState) => [clientSnapshot(client), client.sessions.map((session) => sessionSnapshot(client, session))];

describe('what a projector of version 1 wrote into Redis', () => {
  it.each(WRITTEN)('of $what, is folded on from as if this version had folded the events itself', ({ events, redis, sources }) => {
    const folded = foldedFrom(events);
    const stored = parseClient(redis);
    const restored = decodeClientState(folded, stored, sources[stored.source ?? ''], SETTINGS);
    expect(seen(restored)).toEqual(seen(folded));
    expect(restored.forgotten).toEqual(folded.forgotten);
  });

  it.each(WRITTEN)('of $what, is shown to readers as it was concluded then', ({ events, redis, sources }) => {
    const shown = decodeClientSnapshot(foldedFrom(events), parseClient(redis), new Map(Object.entries(sources)));
    expect(shown.rememberedSessions).toBe(parseClient(redis).sessions.length);
    expect(shown).toMatchObject({ source: '/namespaces/myns', presence: parseClient(redis).presence });
  });
});

describe.skipIf(!hasRedisServer())('a generation that version 1 began', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  /** The client as version 1 left it in a generation: its JSON, its entries in both indexes, its count, its deadline. */
  async function writtenByVersion1({ events, redis, sources }: Written) {
    await server.redis.flushall();
    const { key } = foldedFrom(events);
    const stored = parseClient(redis);
    const { presence, since, offlineConfirmed, disconnectionReason = '', state } = stored;
    const exists = stored.exists ?? (state === undefined ? 'unknown' : 'yes');
    const confirmed = presence !== 'offline' ? '' : offlineConfirmed ? 'confirmed' : 'pending';
    const bucket = `${presence}/${confirmed}/${disconnectionReason}/${exists}/${exists === 'yes' ? state : ''}`;
    const isPending = presence === 'offline' ? !offlineConfirmed : stored.connectedSessions === 0;
    await server.redis.mset('test:generation', 1, 'test:partitions', 1, `test:{1:0}:client:${key}`, redis);
    await server.redis.hset('test:generations', '1', 'followed 1');
    await server.redis.hset('test:{1:0}:meta', 'watermark', String(events.length));
    await server.redis.hset('test:{1:0}:sources', sources);
    await server.redis.hset('test:{1:0}:counts', 'myns', JSON.stringify({ [bucket]: 1 }));
    await server.redis.zadd(`test:{1:0}:index:since:myns/${bucket}`, since === undefined ? 0 : Date.parse(since), 'client1');
    await server.redis.zadd(`test:{1:0}:index:name:myns/${bucket}`, 0, 'client1');
    if (isPending) await server.redis.zadd('test:{1:0}:deadlines', 1, key);
  }

  it.each(WRITTEN)('is gone on with: of $what nothing is left behind where its next event moves it', async (written) => {
    await writtenByVersion1(written);
    const store = new SnapshotStore({ url: server.url, patient: false, onError: () => {}, prefix: 'test', settings: SETTINGS });
    onTestFinished(() => store.close());
    await store.connect();
    const { active } = await store.claim(0, 1);
    const later = record(written.events.length, connected(99n, '2026-05-01T12:00:00Z', { session: 'later', source: '/namespaces/myns' }));
    await foldInto(active, [later], later.offset + 1n);

    const client = foldedFrom([...written.events, Buffer.from(later.value ?? []).toString()]);
    const bucket = bucketOf(clientTraits(client));
    const keys = await server.redis.keys('test:{1:0}:index:*');
    expect(keys.sort()).toEqual([`test:{1:0}:index:name:${bucket}`, `test:{1:0}:index:since:${bucket}`]);
    expect(await server.redis.hgetall('test:{1:0}:counts')).toEqual({ myns: JSON.stringify({ [bucket.slice('myns/'.length)]: 1 }) });
    expect(await server.redis.zcard('test:{1:0}:deadlines')).toBe(0);
    // Version 1 reads the first two words, and can go on from here.
    expect(await server.redis.hget('test:generations', '1')).toMatch(/^followed 1 \{/);
  });
});
