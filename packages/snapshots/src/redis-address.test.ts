import { describe, expect, it } from 'vitest';
import { describeAddress, parseRedisUrl, type RedisAddress, RedisUrlInvalid } from './redis-address.ts';

const a = { host: 'a', port: 7000 };
const b = { host: 'b', port: 7001 };

describe('the URL of Redis', () => {
  it.each<[string, RedisAddress]>([
    ['redis://a:7000', { kind: 'server', node: a, database: 0, tls: false }],
    ['redis://a', { kind: 'server', node: { host: 'a', port: 6379 }, database: 0, tls: false }],
    ['redis://a/', { kind: 'server', node: { host: 'a', port: 6379 }, database: 0, tls: false }],
    ['rediss://u:p@a:7000/3', { kind: 'server', node: a, database: 3, tls: true, username: 'u', password: 'p' }],
    ['redis://:p@[::1]:7000', { kind: 'server', node: { host: '::1', port: 7000 }, database: 0, tls: false, password: 'p' }],
    ['/tmp/redis.sock', { kind: 'socket', path: '/tmp/redis.sock', database: 0, tls: false }],
    [
      'redis-sentinel://u:p@a:7000,b:7001/3#mine',
      {
        ...{ kind: 'sentinel', sentinels: [a, b], sentinelCredentials: {}, master: 'mine', database: 3 },
        ...{ tls: false, username: 'u', password: 'p' },
      },
    ],
    [
      'rediss-sentinel://a?sentinelUser=su&sentinelPassword=s%2Fp#my%20master',
      {
        ...{ kind: 'sentinel', sentinels: [{ host: 'a', port: 26_379 }], sentinelCredentials: { username: 'su', password: 's/p' } },
        ...{ master: 'my master', database: 0, tls: true },
      },
    ],
    ['redis-cluster://a:7000, b:7001', { kind: 'cluster', nodes: [a, b], tls: false }],
    ['rediss-cluster://:p@a:7000/0', { kind: 'cluster', nodes: [a], tls: true, password: 'p' }],
  ])('%s', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  it.each(['p@ss', 'p:a:s', 'p/a#s?s', 'a,b', ''])('holds the password %j, even where it should have been encoded', (password) => {
    expect(parseRedisUrl(`redis://u:${password}@a:7000/1`)).toMatchObject({ node: a, database: 1, username: 'u', password });
    expect(parseRedisUrl(`redis-cluster://u:${encodeURIComponent(password)}@a:7000,b:7001`)).toMatchObject({ nodes: [a, b], password });
  });

  it.each([
    ['http://:secret@a', /^expected redis:\/\/, redis-sentinel:\/\/ or/],
    ['secret', /^expected redis:\/\//],
    ['redis://', /^expected host:port/],
    ['redis://secret@a', /^expected user:password@ or :password@$/],
    ['redis://:secret%@a', /percent-encoded/],
    ['redis://:secret@a:7000,b:7001', /^more than one host: is it redis-sentinel/],
    ['redis://:secret@a:0', /^a port is from 1 to 65535$/],
    ['redis://:secret@a:secret', /^expected host:port/],
    ['redis://:secret@a:7000/secret', /^a database is a number$/],
    ['redis://:secret@a?family=6', /no parameters$/],
    ['redis://:secret@a#mine', /^only redis-sentinel/],
    ['redis-sentinel://:secret@a:7000,b:7001', /^the name of the master is missing: …#master$/],
    ['redis-sentinel://:secret@a?secret=1#mine', /no parameters but sentinelUser and sentinelPassword$/],
    ['redis-sentinel://:secret@a,,b#mine', /^expected host:port/],
    ['redis-cluster://:secret@a:7000/3', /^a Cluster has no database but 0$/],
  ])('is refused where it is %s, without a word of it', (url, why) => {
    const refused = () => parseRedisUrl(url);
    expect(refused).toThrow(RedisUrlInvalid);
    expect(refused).toThrow(why);
    expect(refused).not.toThrow(/secret/);
  });

  it.each([
    ['rediss://u:secret@a:7000/3', 'a:7000'],
    ['redis://:secret@[::1]', '[::1]:6379'],
    ['redis-sentinel://u:secret@a:7000,b:7001?sentinelPassword=secret#mine', 'the master mine of the sentinels a:7000,b:7001'],
    ['redis-cluster://u:secret@a:7000,b:7001', 'the Cluster a:7000,b:7001'],
  ])('is told in messages without what is secret: %s', (url, told) => {
    expect(describeAddress(parseRedisUrl(url))).toBe(told);
  });
});
