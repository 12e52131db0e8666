import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@rollcall/local';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** What `npm start` runs once everything is built. */
const MAIN = fileURLToPath(new URL('../../../infra/local/dist/main.js', import.meta.url));
/** After a kill, Kafka hands the dead projector's partitions on only when its session has expired. */
const PATIENCE = { timeout: 180_000 };
const PARTS = ['kafka', 'redis', 'azurite', 'eventhubs', 'mqtt', 'ingest', 'projector'];

let env: Record<string, string>;
let dataDir: string;
let started: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-start-'));
  env = { ...(await freePorts()), ROLLCALL_DATA_DIR: dataDir };
  started = [];
});

afterEach(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true });
});

/** Runs the program, with all it has written so far. */
function start(settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, '--quiet'], { env: { ...process.env, ...env, ...settings } });
  started.push(child);
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (run.output += chunk));
  return run;
}

async function says(run: { output: string }, text: string | RegExp): Promise<void> {
  await vi.waitFor(() => expect(run.output).toMatch(text), { timeout: 120_000, interval: 50 });
}

async function pid(part: string): Promise<number> {
  return Number(await readFile(path.join(dataDir, `${part}.pid`), 'utf8'));
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('brings every part up, starts one again that dies, and leaves nothing behind at Ctrl-C', PATIENCE, async () => {
  const run = start();
  await says(run, 'Everything answers');
  expect(run.output).toContain(`127.0.0.1:${env['ROLLCALL_MQTT_PORT']}`);

  const pids = await Promise.all(PARTS.map(pid));
  process.kill(await pid('redis'), 'SIGKILL');
  await says(run, /redis +died \(SIGKILL\), starts again in 0\.5 s/);
  await says(run, /redis +answers again/);
  pids.push(await pid('redis'));

  run.child.kill('SIGINT');
  await once(run.child, 'close');
  expect(run.child.exitCode).toBe(0);
  expect(pids.filter(lives)).toEqual([]);
  expect((await readdir(dataDir)).filter((name) => name.endsWith('.pid'))).toEqual([]);
});

it('ends what a killed start has left, and refuses a second one beside it', PATIENCE, async () => {
  const killed = start();
  await says(killed, 'Everything answers');
  const left = await Promise.all(PARTS.map(pid));
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  expect(left.every(lives)).toBe(true);

  const next = start();
  await says(next, 'Ended what an earlier start had left behind');
  await says(next, 'Everything answers');
  expect(left.filter(lives)).toEqual([]);

  const second = start();
  await once(second.child, 'close');
  expect(second.child.exitCode).toBe(1);
  expect(second.output).toBe(
    `A stack already runs on ${dataDir} (process ${next.child.pid}). Stop it with Ctrl-C or kill ${next.child.pid}, or choose another ROLLCALL_DATA_DIR.\n`,
  );
});

it('names a port that is taken, and its variable, in one line before anything starts', async () => {
  const other = net.createServer().listen(Number(env['ROLLCALL_KAFKA_PORT']), '127.0.0.1');
  await once(other, 'listening');
  const run = start();
  await once(run.child, 'close');
  other.close();
  expect(run.output).toBe(`Port ${env['ROLLCALL_KAFKA_PORT']} is taken: give kafka another one with ROLLCALL_KAFKA_PORT.\n`);
  expect(run.child.exitCode).toBe(1);
  expect(existsSync(path.join(dataDir, 'logs'))).toBe(false);
});

it('says what is missing where there is no Java', async () => {
  const run = start({ JAVA_HOME: '/nowhere' });
  await once(run.child, 'close');
  expect(run.output).toContain('Kafka needs Java 17 or newer, but /nowhere/bin/java does not run.');
  expect(run.child.exitCode).toBe(1);
});
