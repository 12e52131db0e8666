import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Part } from './part.ts';
import { pidFile, readPid } from './pid-file.ts';
import { type PartEvent, RunningPart } from './running-part.ts';

let dataDir: string;
let events: PartEvent[];
let part: RunningPart | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'rollcall-part-'));
  events = [];
});

afterEach(async () => {
  await part?.stop();
  rmSync(dataDir, { recursive: true });
});

/** A part that runs `script` and answers once it has written `up`. */
function runs(script: string, restarts = false): RunningPart {
  const redis: Part = {
    name: 'redis',
    command: async () => ({ file: process.execPath, args: ['-e', script, dataDir] }),
    answers: async (logged) => logged.includes('up'),
  };
  part = new RunningPart(redis, { dataDir, env: process.env, restarts, onEvent: (event) => events.push(event) });
  return part;
}

const STAYS_UP = 'console.log("up"); setInterval(() => {}, 1000)';

it('is up once it answers, and gone with its pid file when stopped', async () => {
  const redis = runs(STAYS_UP);
  await redis.start();
  expect(readPid(pidFile(dataDir, 'redis'))).toBe(redis.pid);
  expect(redis.log()).toBe('up\n');
  await redis.stop();
  expect(redis.pid).toBeUndefined();
  expect(existsSync(pidFile(dataDir, 'redis'))).toBe(false);
});

it('shows the end of its log when it ends before it answers', async () => {
  await expect(runs('console.log("no disk"); process.exit(3)').start()).rejects.toMatchObject({
    message: 'redis ended before it answered (exit code 3)',
    log: ['no disk'],
  });
});

it('says so when its program is missing', async () => {
  const missing: Part = { name: 'kafka', command: async () => ({ file: '/nowhere/java', args: [] }), answers: async () => false };
  part = new RunningPart(missing, { dataDir, env: {}, restarts: true, onEvent: (event) => events.push(event) });
  await expect(part.start()).rejects.toThrow('kafka ended before it answered (spawn /nowhere/java ENOENT)');
});

it('stays dead when killed, unless it is to be started again', async () => {
  const redis = runs(STAYS_UP);
  await redis.start();
  await redis.kill();
  expect(redis.pid).toBeUndefined();
  await redis.start();
  expect(redis.pid).toBeDefined();
  expect(events.map((event) => event.is)).toEqual(['starting', 'answering', 'starting', 'answering']);
});

it('is started again when it dies, each time later', async () => {
  const redis = runs(STAYS_UP, true);
  await redis.start();
  const answering = () => events.filter((event) => event.is === 'answering').length;
  await redis.kill();
  await vi.waitFor(() => expect(answering()).toBe(2), 5_000);
  await redis.kill('SIGTERM');
  await vi.waitFor(() => expect(answering()).toBe(3), 5_000);
  expect(events.filter((event) => event.is === 'died')).toEqual([
    { is: 'died', how: 'SIGKILL', startsAgainIn: 500 },
    { is: 'died', how: 'SIGTERM', startsAgainIn: 1_000 },
  ]);
});

it('is not started again once it was stopped, even while that was due', async () => {
  const redis = runs(STAYS_UP, true);
  await redis.start();
  await redis.kill();
  await vi.waitFor(() => expect(events.at(-1)?.is).toBe('died'));
  await redis.stop();
  expect(redis.pid).toBeUndefined();
  await redis.start();
  expect(events.map((event) => event.is)).toEqual(['starting', 'answering', 'died', 'starting', 'answering']);
});

it('ends a part that is frozen', async () => {
  const redis = runs(STAYS_UP);
  await redis.start();
  redis.pause();
  await redis.stop();
  expect(redis.pid).toBeUndefined();
});
