import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export const HOST = '127.0.0.1';
const ATTEMPTS = 5;

/** They end with this process: one listener for all, a Cluster has many. */
const started = new Set<RedisProcess>();
process.once('exit', () => {
  for (const server of started) server.killNow();
});

/** A `redis-server` of a test's own, on a free port. It keeps nothing when it ends, unless it is told to. */
export class RedisProcess {
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'rollcall-redis-'));
  #process: ChildProcess | undefined;
  #redis: Redis | undefined;

  private constructor(
    readonly port: number,
    private readonly settings: readonly string[],
    private readonly args: readonly string[],
  ) {}

  /** `settings`: lines of its configuration, `PORT` for its port, `BUS` for that of a Cluster's bus. `args`: what follows the configuration file,
   *  such as `--sentinel`. */
  static start(settings: readonly string[] = [], ...args: readonly string[]): Promise<RedisProcess> {
    return RedisProcess.startOn(freePort, settings, ...args);
  }

  /** A port that was free may be taken before Redis has it: then it takes others. */
  static async startOn(nextPort: () => Promise<number>, settings: readonly string[], ...args: readonly string[]): Promise<RedisProcess> {
    for (let attempt = 1; ; attempt++) {
      const [port, bus] = [await nextPort(), await nextPort()];
      const server = new RedisProcess(
        port,
        settings.map((line) => line.replace('PORT', `${port}`).replace('BUS', `${bus}`)),
        args,
      );
      started.add(server);
      try {
        await server.start();
        return server;
      } catch (error) {
        await server.stop();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  get runs(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** A connection for looking inside, past every client that is tested. */
  get redis(): Redis {
    this.#redis ??= new Redis(this.port, HOST, {
      ...(this.settings.includes('port 0') && { tls: { rejectUnauthorized: false } }),
      lazyConnect: true,
      retryStrategy: () => 50,
      maxRetriesPerRequest: 200,
    }).on('error', () => {});
    return this.#redis;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const file = path.join(this.#dir, 'redis.conf');
    writeFileSync(file, [`bind ${HOST}`, `port ${this.port}`, `dir ${this.#dir}`, 'save ""', ...this.settings, ''].join('\n'));
    const starting = spawn('redis-server', [file, ...this.args], { stdio: 'ignore' });
    this.#process = starting;
    const over = new AbortController();
    const ended = once(starting, 'exit', over).then(() => Promise.reject(new Error(`redis-server has ended: is port ${this.port} taken?`)));
    try {
      await Promise.race([this.redis.ping(), ended]);
    } finally {
      over.abort();
      await ended.catch(() => {});
    }
  }

  /** As kill -9 does. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined || !this.runs) return;
    const ended = once(running, 'exit');
    this.killNow();
    await ended;
  }

  killNow(): void {
    this.#process?.kill('SIGKILL');
  }

  /** Freezes it: its connections stay, and nobody answers. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#redis?.disconnect();
    await this.kill();
    started.delete(this);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits for a condition that must come. */
export async function until(what: string, condition: () => Promise<boolean>, within = 30_000): Promise<void> {
  for (const began = Date.now(); !(await condition().catch(() => false)); await sleep(20)) {
    if (Date.now() - began > within) throw new Error(`not so after ${within / 1000} s: ${what}`);
  }
}
