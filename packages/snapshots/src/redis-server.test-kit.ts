import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectRedis, type ScriptedRedis } from './redis.ts';

/** True where `redis-server` is installed; says so where it is not, for whoever wonders what was skipped. */
export function hasRedisServer(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found) process.stdout.write('skipped: redis-server is not on the PATH\n');
  return found;
}

/** A Redis of the test's own, empty, in memory, on a socket file: no port that another could take. */
export interface TestRedis {
  readonly url: string;
  /** A connection for looking inside. */
  readonly redis: ScriptedRedis;
  stop(): Promise<void>;
}

/** `variables` for its environment, such as `LC_ALL=C`. */
export async function startRedis(...variables: readonly string[]): Promise<TestRedis> {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-redis-'));
  const url = path.join(dir, 'redis.sock');
  const server = spawn('env', [...variables, 'redis-server', '--port', '0', '--unixsocket', url, '--save', '', '--dir', dir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const kill = () => void server.kill();
  process.once('exit', kill);
  for await (const line of server.stdout) if (String(line).includes('eady to accept connections')) break;
  const redis = connectRedis({ url, patient: false, onError: () => {} });
  await redis.connect();
  return {
    url,
    redis,
    async stop() {
      redis.disconnect();
      const exited = once(server, 'exit');
      kill();
      await exited;
      process.off('exit', kill);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Every key that begins with `base`, but for `meta`, with what it holds. */
export async function contents(redis: ScriptedRedis, base: string): Promise<Record<string, unknown>> {
  const keys = (await redis.keys('*')).filter((key) => key.startsWith(base) && key !== `${base}meta`).sort();
  const held = await Promise.all(
    keys.map(async (key) => {
      return [key.slice(base.length), await contentOf(redis, key)];
    }),
  );
  return Object.fromEntries(held);
}

async function contentOf(redis: ScriptedRedis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  if (type === 'hash') return redis.hgetall(key);
  return type === 'zset' ? redis.zrange(key, '0', '-1', 'WITHSCORES') : redis.get(key);
}
