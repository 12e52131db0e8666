import { Redis } from 'ioredis';
import { READ_CLIENTS, READ_HASH, READ_INDEX } from './read-scripts.ts';
import { ACTIVATE, APPLY_CLIENTS, CLAIM, WIPE } from './scripts.ts';

/** Redis cannot be reached, or refuses. The message names the address, never a password. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
  constructor(
    url: string,
    readonly retryable: boolean,
    cause: unknown,
  ) {
    super(`cannot use Redis at ${addressOf(url)}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Redis with this package's scripts as commands. */
export interface ScriptedRedis extends Redis {
  readClients(keys: number, ...keysAndArguments: string[]): Promise<[watermark: string | null, chain: string | null, ...ClientReply[]]>;
  activate(keys: 1, generation: string, from: string, to: string): Promise<number>;
  claim(keys: 1, meta: string, chain: string): Promise<string | null>;
  wipe(keys: number, ...keysAndArguments: string[]): Promise<number>;
  /** An array is sent flat: too many arguments for a call of a function are not too many for Redis. */
  applyClients(keys: number, ...keysAndArguments: (string | readonly string[])[]): Promise<number>;
  readHash(keys: 2, meta: string, hash: string): Promise<[watermark: string | null, fields: string[]]>;
  readIndex(keys: 2, ...keysAndArguments: string[]): Promise<[watermark: string | null, ...[limit: number, entries: string[]][]]>;
}
export type ClientReply = [] | [fields: string[], source: string, sessions: string[][]];

export interface RedisOptions {
  /** `redis://` or `rediss://` (TLS), with user and password where Redis asks for them. */
  readonly url: string;
  /** Wait and retry for ever (a service), or fail after the first attempt (a command). */
  readonly patient: boolean;
  readonly onError: (error: RedisUnavailable) => void;
}

export function connectRedis({ url, patient, onError }: RedisOptions): ScriptedRedis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    maxRetriesPerRequest: patient ? null : 0,
    retryStrategy: (attempt) => (patient ? Math.min(100 * 2 ** attempt, 5_000) : null),
    scripts: {
      activate: { lua: ACTIVATE },
      claim: { lua: CLAIM },
      wipe: { lua: WIPE },
      readClients: { lua: READ_CLIENTS },
      applyClients: { lua: APPLY_CLIENTS },
      readHash: { lua: READ_HASH },
      readIndex: { lua: READ_INDEX },
    },
  });
  redis.on('error', (error) => onError(new RedisUnavailable(url, true, error)));
  return redis as unknown as ScriptedRedis;
}

function addressOf(url: string): string {
  try {
    const { hostname, port } = new URL(url);
    return `${hostname}:${port || '6379'}`;
  } catch {
    return 'a URL that cannot be read';
  }
}
