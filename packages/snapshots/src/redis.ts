import { type EventEmitter, once } from 'node:events';
import { isIP } from 'node:net';
import tls, { type PeerCertificate } from 'node:tls';
import { Cluster, Redis, type RedisCommander } from 'ioredis';
import { READ_CLIENTS, READ_COUNTS, READ_INDEX } from './read-scripts.ts';
import { describeAddress, parseRedisUrl, type RedisAddress } from './redis-address.ts';
import { ACTIVATE, APPLY, CLAIM, SETTLE, WIPE } from './scripts.ts';

/** Redis cannot be reached, or refuses. The message names the address, never a password. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
  constructor(
    url: string,
    readonly retryable: boolean,
    cause: unknown,
  ) {
    super(`cannot use Redis at ${describeAddress(parseRedisUrl(url))}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  // Of a Cluster it says that it asked every node, not what the last one said.
  const last = (cause as { lastNodeError?: unknown } | undefined)?.lastNodeError;
  const reason = last === undefined ? cause : `no node answers: ${messageOf(last)}`;
  return messageOf(reason).replace(/\.$/, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Redis, be it one server, a master that sentinels name, or a Cluster, with this package's scripts as commands. */
export interface ScriptedRedis extends RedisCommander, EventEmitter {
  readonly status: string;
  readonly isCluster: boolean;
  connect(): Promise<void>;
  disconnect(): void;
  readClients(
    keys: number,
    ...names: string[]
  ): Promise<[watermark: string | null, chain: string | null, sources: string[], ...clients: (string | null)[]]>;
  activate(keys: 1, generation: string, from: string, to: string): Promise<number>;
  settle(keys: 1, generations: string, number: string, text: string): Promise<string | null>;
  claim(keys: 2, meta: string, counts: string, nonce: string): Promise<[nonce: string, watermark: string | null, counts: string[]]>;
  wipe(keys: number, ...keysAndArguments: string[]): Promise<number>;
  apply(keys: number, ...keysAndArguments: string[]): Promise<number>;
  readCounts(keys: 2, meta: string, counts: string): Promise<[watermark: string | null, counts: string[]]>;
  readIndex(keys: 3, ...keysAndArguments: string[]): Promise<[watermark: string | null, ...runs: (string | null)[]]>;
}

export interface RedisOptions {
  /** One of `REDIS_URL_FORMS`. */
  readonly url: string;
  /** Wait and retry for ever (a service), or fail after the first attempt (a command). */
  readonly patient: boolean;
  readonly onError: (error: RedisUnavailable) => void;
}

const SCRIPTS = {
  activate: { lua: ACTIVATE },
  settle: { lua: SETTLE },
  claim: { lua: CLAIM },
  wipe: { lua: WIPE },
  readClients: { lua: READ_CLIENTS },
  apply: { lua: APPLY },
  readCounts: { lua: READ_COUNTS },
  readIndex: { lua: READ_INDEX },
};
const CONNECTS_WITHIN = 5_000;
/** A server that has not answered for so long, in ms, is gone, though nothing has closed its connection. No script runs that long. */
const ANSWERS_WITHIN = 10_000;

/** Connects when it is first used. Throws RedisUrlInvalid. */
export function connectRedis({ url, patient, onError }: RedisOptions): ScriptedRedis {
  const address = parseRedisUrl(url);
  const redis = address.kind === 'cluster' ? clusterAt(address, patient) : serverAt(address, patient);
  redis.on('error', (error) => onError(new RedisUnavailable(url, true, error)));
  return redis as unknown as ScriptedRedis;
}

const connecting = new WeakMap<ScriptedRedis, Promise<void>>();

/** Resolves when Redis answers. Throws what is in the way at the first attempt; one that is patient goes on trying meanwhile. */
export function connected(redis: ScriptedRedis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  const attempt = connecting.get(redis) ?? firstAnswer(redis).finally(() => connecting.delete(redis));
  connecting.set(redis, attempt);
  return attempt;
}

async function firstAnswer(redis: ScriptedRedis): Promise<void> {
  const over = new AbortController();
  const closed = once(redis, 'close', over).then(() => Promise.reject(new Error('the connection was closed')));
  const ready = once(redis, 'ready', over);
  if (redis.status === 'wait' || redis.status === 'end') redis.connect().catch(() => {}); // It says why as an event, too.
  try {
    await Promise.race([ready, closed]);
  } finally {
    over.abort();
    await Promise.allSettled([ready, closed]);
  }
}

/** A script's answer of many texts is one text, taken apart faster than a hundred; encoded names hold no line feed. */
export function lines(reply: string): string[] {
  return reply === '' ? [] : reply.split('\n');
}

/** What a script returns of a hash or of a sorted set with scores: field, value, field, value. */
export function pairs(reply: readonly string[]): [string, string][] {
  return Array.from({ length: reply.length / 2 }, (_, at) => [reply[2 * at] ?? '', reply[2 * at + 1] ?? '']);
}

const turns = new WeakMap<ScriptedRedis, Promise<unknown>>();

/** Calls of scripts that take long, each after the one before it has ended, at once where none is under way: Redis executes all that a connection
 *  has sent before it answers anybody else. Not in a Cluster: a node that does not answer is to hold up its own slots only. */
export function inTurn<T>(redis: ScriptedRedis, call: () => Promise<T>): Promise<T> {
  if (redis.isCluster) return call();
  const before = turns.get(redis);
  const answer = before === undefined ? call() : before.then(call);
  const ended = answer
    .catch(() => {})
    .then(() => {
      if (turns.get(redis) === ended) turns.delete(redis);
    });
  turns.set(redis, ended);
  return answer;
}

function serverAt(address: Exclude<RedisAddress, { kind: 'cluster' }>, patient: boolean): Redis {
  const common = {
    ...connection(address, patient),
    db: address.database,
    lazyConnect: true,
    retryStrategy: retry(patient),
    scripts: SCRIPTS,
    // A question is many commands at once, to many partitions: sent as one. Not to a Cluster: ioredis would not follow a script that is
    // sent so to where its slot has moved.
    enableAutoPipelining: !patient,
  };
  if (address.kind === 'socket') return new Redis({ ...common, path: address.path });
  if (address.kind === 'server') return new Redis({ ...common, ...address.node });
  const { sentinels, sentinelCredentials, master, tls: encrypted } = address;
  return new Redis({
    ...common,
    sentinels: [...sentinels],
    name: master,
    sentinelUsername: sentinelCredentials.username,
    sentinelPassword: sentinelCredentials.password,
    enableTLSForSentinelMode: encrypted,
    sentinelTLS: common.tls,
    sentinelCommandTimeout: CONNECTS_WITHIN,
    sentinelRetryStrategy: retry(patient),
    // A master that was replaced takes writes, and loses them, until it is told. Hearing of it while it connects, a client gives up for
    // good: `SnapshotStore.claim` sees to that.
    failoverDetector: patient,
  });
}

function clusterAt(address: Extract<RedisAddress, { kind: 'cluster' }>, patient: boolean): Cluster {
  return new Cluster([...address.nodes], {
    lazyConnect: true,
    clusterRetryStrategy: retry(patient),
    slotsRefreshTimeout: CONNECTS_WITHIN,
    // A name stays a name: certificates are for names.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: connection(address, patient),
    scripts: SCRIPTS,
  });
}

/** How each single connection behaves. */
function connection(address: RedisAddress, patient: boolean) {
  return {
    username: address.username,
    password: address.password,
    connectTimeout: CONNECTS_WITHIN,
    socketTimeout: ANSWERS_WITHIN,
    maxRetriesPerRequest: patient ? null : 0,
    // It was the master, and is no longer: whoever connects anew finds the present one.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
    tls: address.tls ? { checkServerIdentity: identityCheck(address) } : undefined,
  };
}

/** A node may be announced by number, and show the certificate of a name: then of one that is in the URL. */
function identityCheck(address: RedisAddress) {
  const nodes = address.kind === 'cluster' ? address.nodes : address.kind === 'sentinel' ? address.sentinels : [];
  return (host: string, certificate: PeerCertificate): Error | undefined => {
    const wrong = tls.checkServerIdentity(host, certificate);
    if (isIP(host) === 0) return wrong;
    return nodes.some((node) => tls.checkServerIdentity(node.host, certificate) === undefined) ? undefined : wrong;
  };
}

function retry(patient: boolean): (attempt: number) => number | null {
  return (attempt) => (patient ? Math.min(100 * 2 ** attempt, 5_000) : null);
}
