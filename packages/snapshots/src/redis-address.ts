/** Where Redis is, and as whom to come there. */
export type RedisAddress = Credentials & { readonly tls: boolean } & (
    | { readonly kind: 'server'; readonly node: RedisNode; readonly database: number }
    | { readonly kind: 'socket'; readonly path: string; readonly database: number }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly RedisNode[];
        readonly sentinelCredentials: Credentials;
        /** As the sentinels call it. */
        readonly master: string;
        readonly database: number;
      }
    /** Some of its nodes: they name the others. */
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] }
  );

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** The message says what is wrong, and repeats nothing of the URL: a password may be anywhere in one that is wrong. */
export class RedisUrlInvalid extends Error {
  override readonly name = 'RedisUrlInvalid';
  readonly retryable = false;
}

/** The forms of a URL, for `--help`. */
export const REDIS_URL_FORMS =
  'redis://user:password@host:6379/0, redis-sentinel://user:password@host:26379,host:26379/0#master or redis-cluster://user:password@host:6379,host:6379; with rediss instead of redis: TLS';

const FORM = /^(redis|rediss)(?:-(sentinel|cluster))?:\/\/(?:(.*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(?:#(.*))?$/s;
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/** Reads one of `REDIS_URL_FORMS`, or the path of a socket. User and password are percent-encoded; ports, database and both of them may be
 *  absent. What sentinels themselves ask for is in `?sentinelUser=…&sentinelPassword=…`. Throws RedisUrlInvalid. */
export function parseRedisUrl(url: string): RedisAddress {
  if (url.startsWith('/')) return { kind: 'socket', path: url, database: 0, tls: false };
  const [matched, scheme, kind, login, hosts = '', path = '', query, master] = FORM.exec(url) ?? [];
  if (matched === undefined)
    throw new RedisUrlInvalid('expected redis://, redis-sentinel:// or redis-cluster:// and a host (rediss for TLS)');
  const common = { tls: scheme === 'rediss', ...(login !== undefined && credentials(login)) };
  const nodes = hosts.split(',').map((host) => node(host.trim(), kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  if (kind !== 'sentinel' && query !== undefined) throw new RedisUrlInvalid('it takes no parameters');
  if (kind !== 'sentinel' && master !== undefined) throw new RedisUrlInvalid('only redis-sentinel:// names a master, after a #');
  if (kind === 'cluster') {
    if (database(path) !== 0) throw new RedisUrlInvalid('a Cluster has no database but 0');
    return { kind, nodes, ...common };
  }
  if (kind === 'sentinel') {
    if (!master) throw new RedisUrlInvalid('the name of the master is missing: …#master');
    return {
      ...{ kind, sentinels: nodes, sentinelCredentials: sentinelCredentials(query) },
      ...{ master: decode(master), database: database(path), ...common },
    };
  }
  const [only, another] = nodes;
  if (only === undefined || another !== undefined) {
    throw new RedisUrlInvalid('more than one host: is it redis-sentinel:// or redis-cluster://?');
  }
  return { kind: 'server', node: only, database: database(path), ...common };
}

/** For messages: nothing secret. */
export function describeAddress(address: RedisAddress): string {
  switch (address.kind) {
    case 'server':
      return text([address.node]);
    case 'socket':
      return address.path;
    case 'sentinel':
      return `the master ${address.master} of the sentinels ${text(address.sentinels)}`;
    case 'cluster':
      return `the Cluster ${text(address.nodes)}`;
    default:
      return address satisfies never;
  }
}

function text(nodes: readonly RedisNode[]): string {
  return nodes.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)).join(',');
}

function node(text: string, defaultPort: number): RedisNode {
  const [matched, bracketed, plain, port = defaultPort] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (matched === undefined || host === undefined) throw new RedisUrlInvalid('expected host:port, several separated by commas');
  if (Number(port) < 1 || Number(port) > 65_535) throw new RedisUrlInvalid('a port is from 1 to 65535');
  return { host, port: Number(port) };
}

function credentials(login: string): Credentials {
  const at = login.indexOf(':');
  if (at < 0) throw new RedisUrlInvalid('expected user:password@ or :password@');
  const username = decode(login.slice(0, at));
  return { ...(username !== '' && { username }), password: decode(login.slice(at + 1)) };
}

function sentinelCredentials(query = ''): Credentials {
  const { sentinelUser: username, sentinelPassword: password, ...others } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(others).length > 0) throw new RedisUrlInvalid('it takes no parameters but sentinelUser and sentinelPassword');
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

function database(path: string): number {
  if (!/^\d{0,5}$/.test(path)) throw new RedisUrlInvalid('a database is a number');
  return Number(path);
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new RedisUrlInvalid('user, password and master must be percent-encoded');
  }
}
