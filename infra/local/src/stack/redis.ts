import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LOOPBACK, type LocalStack } from '@rollcall/service';
import type { Part } from './part.ts';
import { ask } from './probe.ts';
import { ensureRedis } from './redis-install.ts';

export function redis(stack: LocalStack): Part {
  const dir = path.join(stack.dataDir, 'redis');
  const config = path.join(dir, 'redis.conf');
  return {
    name: 'redis',
    prepare: ensureRedis,
    async command() {
      await mkdir(dir, { recursive: true });
      await writeFile(config, redisConfig(stack.ports.redis, dir));
      return { file: 'redis-server', args: [config] };
    },
    async answers() {
      const answer = await ask(stack.ports.redis, 'PING\r\n');
      return answer?.toString().startsWith('+PONG') ?? false;
    },
  };
}

function redisConfig(port: number, dir: string): string {
  return `bind ${LOOPBACK}
port ${port}
dir ${JSON.stringify(dir)}
daemonize no
# Losing a snapshot silently is worse than refusing a write.
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
save ""
# Keeps this file's path in the process list, where a later start looks for it.
set-proc-title no
`;
}
