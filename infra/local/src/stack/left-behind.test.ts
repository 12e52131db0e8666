import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claim } from './claim.ts';
import { endLeftBehind } from './left-behind.ts';
import { isRunning, pidFile, readPid, removePid, writePid } from './pid-file.ts';

let dataDir: string;
let started: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'rollcall-left-behind-'));
  started = [];
});

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true });
});

/** A process that runs until it is ended, with the given words on its command line. */
async function start(...words: string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)', ...words]);
  started.push(child);
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

it('ends the processes whose pid files a killed start has left', async () => {
  const [redis, mqtt] = [await start(dataDir), await start('mqtt', dataDir)];
  writePid(pidFile(dataDir, 'redis'), redis.pid);
  writePid(pidFile(dataDir, 'mqtt'), mqtt.pid);
  expect(await endLeftBehind(dataDir)).toEqual(['mqtt', 'redis']);
  expect(isRunning(redis.pid, dataDir) || isRunning(mqtt.pid, dataDir)).toBe(false);
  expect(existsSync(pidFile(dataDir, 'redis')) || existsSync(pidFile(dataDir, 'mqtt'))).toBe(false);
});

it('ends one that is frozen, too', async () => {
  const redis = await start(dataDir);
  writePid(pidFile(dataDir, 'redis'), redis.pid);
  redis.kill('SIGSTOP');
  expect(await endLeftBehind(dataDir)).toEqual(['redis']);
  expect(isRunning(redis.pid, dataDir)).toBe(false);
});

it('leaves a process alone that was only given the same id', async () => {
  const stranger = await start('/some/other/folder');
  writePid(pidFile(dataDir, 'redis'), stranger.pid);
  expect(await endLeftBehind(dataDir)).toEqual([]);
  expect(isRunning(stranger.pid, '/some/other/folder')).toBe(true);
  expect(existsSync(pidFile(dataDir, 'redis'))).toBe(false);
});

it('makes nothing of a pid file without an id', async () => {
  for (const text of ['', 'x', '0', '1', '-5', '1.5']) {
    writeFileSync(pidFile(dataDir, 'redis'), text);
    expect(readPid(pidFile(dataDir, 'redis'))).toBeUndefined();
  }
  expect(await endLeftBehind(dataDir)).toEqual([]);
});

it('does not remove the pid file of a successor', () => {
  writePid(pidFile(dataDir, 'redis'), 4_321);
  removePid(pidFile(dataDir, 'redis'), 1_234);
  expect(readPid(pidFile(dataDir, 'redis'))).toBe(4_321);
});

it('refuses a second stack on the same folder, and names the first', async () => {
  const first = await start('infra/local/dist/main.js');
  writePid(pidFile(dataDir, 'stack'), first.pid);
  expect(() => claim(dataDir)).toThrow(new RegExp(`already runs on ${dataDir} \\(process ${first.pid}\\)`));
});

it('takes the folder over from a stack that was killed, and gives it up', async () => {
  const first = await start('infra/local/dist/main.js');
  writePid(pidFile(dataDir, 'stack'), first.pid);
  first.kill('SIGKILL');
  await once(first, 'exit');
  const release = claim(dataDir);
  expect(readPid(pidFile(dataDir, 'stack'))).toBe(process.pid);
  release();
  expect(existsSync(pidFile(dataDir, 'stack'))).toBe(false);
});
