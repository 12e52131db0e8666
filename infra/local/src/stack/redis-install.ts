import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { CannotRun, type Progress } from './part.ts';
import { run, tryRun } from './run.ts';

/** Installs `redis-server` by apt where it is missing and this user may; throws CannotRun where it may not. */
export async function ensureRedis(progress: Progress, signal: AbortSignal): Promise<void> {
  if (await isInstalled(signal)) return;
  if (process.getuid?.() !== 0 || (await tryRun('apt-get', ['--version'], { signal })).missing) {
    throw new CannotRun('redis-server is missing. Install Redis 6.2 or newer, on Debian: sudo apt-get install redis-server');
  }
  progress.doing('installing redis-server by apt-get');
  try {
    await install(signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CannotRun(`apt-get could not install redis-server: ${(error as Error).message}`);
  }
  if (!(await isInstalled(signal))) throw new CannotRun('apt-get installed redis-server, but it is not on the PATH');
  progress.done('installed redis-server by apt-get');
}

async function isInstalled(signal: AbortSignal): Promise<boolean> {
  return (await tryRun('redis-server', ['--version'], { signal })).code === 0;
}

/** Debian's package starts a server on 6379 and with each boot: that is the place of the one this stack runs. */
async function install(signal: AbortSignal): Promise<void> {
  const denied = !existsSync(SERVICE_POLICY);
  if (denied) await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await run('apt-get', ['update', '-q'], { signal });
    const install = ['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'redis-server'];
    await run('env', ['DEBIAN_FRONTEND=noninteractive', ...install], { signal });
  } finally {
    if (denied) await rm(SERVICE_POLICY);
  }
  await tryRun('systemctl', ['disable', 'redis-server'], { signal });
}

/** Asked by every Debian package before it starts a service; 101 means no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
