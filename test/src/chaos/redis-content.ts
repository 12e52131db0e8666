import type { ClientState } from '@rollcall/fold';
import { clientKey, partitionOf } from '@rollcall/schema';
import { type ProjectionSettings, SnapshotStore } from '@rollcall/snapshots';
import { RedisConnection } from './redis-connection.ts';

/** Everything that one database of Redis holds: each key with its content, hashes and sorted sets by field. */
export type RedisContent = ReadonlyMap<string, string>;

const DUMP = `
local found, cursor = {}, '0'
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local kind = redis.call('TYPE', key).ok
    local content
    if kind == 'hash' then content = redis.call('HGETALL', key)
    elseif kind == 'zset' then content = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    else content = { redis.call('GET', key) } end
    found[#found + 1] = key
    found[#found + 1] = kind
    found[#found + 1] = content
  end
until cursor == '0'
return found
`;

export async function redisContent(port: number, database = 0): Promise<RedisContent> {
  const redis = new RedisConnection(port);
  try {
    await redis.ask('SELECT', String(database));
    const flat = (await redis.ask('EVAL', DUMP, '0')) as (string | readonly string[])[];
    const content = new Map<string, string>();
    for (let at = 0; at < flat.length; at += 3) {
      const [key, kind, words] = [flat[at] as string, flat[at + 1] as string, flat[at + 2] as readonly string[]];
      const lines = kind === 'string' ? words : Array.from({ length: words.length / 2 }, (_, n) => `${words[2 * n]}=${words[2 * n + 1]}`);
      content.set(key, [kind, ...(kind === 'hash' ? [...lines].sort() : lines)].join('\n'));
    }
    return content;
  } finally {
    redis.close();
  }
}

/** The spare database in which the expected content is written. */
const SPARE = 1;

/** What Redis holds if each client is written once, as it is in the end, into an empty database: whatever the projector did on its way must
 *  come to the same. `watermarks`: the next offset of each partition. */
export async function expectedContent(
  port: number,
  clients: ReadonlyMap<string, ClientState>,
  watermarks: readonly bigint[],
  settings: ProjectionSettings,
): Promise<RedisContent> {
  try {
    await writeContent(port, SPARE, clients, watermarks, settings);
    return await redisContent(port, SPARE);
  } finally {
    await emptyDatabase(port, SPARE).catch(() => {});
  }
}

/** Writes each client once into the database, and nothing else is in it. */
export async function writeContent(
  port: number,
  database: number,
  clients: ReadonlyMap<string, ClientState>,
  watermarks: readonly bigint[],
  settings: ProjectionSettings,
): Promise<void> {
  await emptyDatabase(port, database);
  const store = new SnapshotStore({
    url: `redis://127.0.0.1:${port}/${database}`,
    patient: false,
    onError: () => {},
    prefix: 'rollcall',
    settings,
  });
  try {
    await store.connect();
    for (const [partition, watermark] of watermarks.entries()) {
      const own = [...clients.values()].filter(
        ({ namespace, client }) => partitionOf(clientKey(namespace, client), watermarks.length) === partition,
      );
      const { active } = await store.claim(partition, watermarks.length);
      await active.apply(
        own.map((client) => ({ client })),
        watermark,
      );
    }
  } finally {
    store.close();
  }
}

async function emptyDatabase(port: number, database: number): Promise<void> {
  const redis = new RedisConnection(port);
  try {
    await redis.ask('SELECT', String(database));
    await redis.ask('FLUSHDB');
  } finally {
    redis.close();
  }
}
