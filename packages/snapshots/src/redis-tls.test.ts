import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NoSnapshots } from './active-generation.ts';
import { SnapshotReader } from './reader.ts';
import { hasRedisServer } from './redis-server.test-kit.ts';
import { freePort, HOST, RedisProcess } from './testing/redis-process.ts';

/** It answers to no other name. */
const NAME = 'localhost';
const PASSWORD = 'p@ss/word';

describe.skipIf(!hasRedisServer())('TLS', { timeout: 20_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-tls-'));
  const [key, certificate] = [path.join(dir, 'key.pem'), path.join(dir, 'certificate.pem')];
  const trusted = tls.getCACertificates('default');
  const settings = [
    ...['port 0', 'tls-port PORT', `tls-key-file ${key}`, `tls-cert-file ${certificate}`, `tls-ca-cert-file ${certificate}`],
    ...['tls-auth-clients no', 'tls-replication yes', 'tls-cluster yes'],
  ];
  beforeAll(() => {
    const name = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, '-keyout', key, '-out', certificate];
    execFileSync('openssl', made, { stdio: 'ignore' });
    tls.setDefaultCACertificates([...trusted, readFileSync(certificate, 'utf8')]);
  });
  afterAll(() => {
    tls.setDefaultCACertificates(trusted);
    rmSync(dir, { recursive: true, force: true });
  });

  async function start(more: readonly string[] = [], ...args: readonly string[]): Promise<RedisProcess> {
    const server = await RedisProcess.start([...settings, ...more], ...args);
    onTestFinished(() => server.stop());
    return server;
  }

  function ask(url: string): Promise<unknown> {
    const reader = new SnapshotReader({ url, patient: false, onError: () => {}, prefix: 'test' });
    onTestFinished(() => reader.close());
    return reader.counts();
  }

  it('reaches one server, by the name in its certificate and with its password', async () => {
    const { port, redis } = await start();
    await redis.config('SET', 'requirepass', PASSWORD);
    const login = `:${encodeURIComponent(PASSWORD)}`;
    await expect(ask(`rediss://${login}@${NAME}:${port}`)).rejects.toThrow(NoSnapshots);
    await expect(ask(`rediss://${login}@${HOST}:${port}`)).rejects.toThrow(/certificate/);
    await expect(ask(`rediss://:wrong@${NAME}:${port}`)).rejects.toThrow(/WRONGPASS/);
    await expect(ask(`redis://${login}@${NAME}:${port}`)).rejects.toThrow(/cannot use Redis/);
  });

  it('reaches the nodes of a Cluster that are announced by number, by the name in the URL', async () => {
    const { port, redis } = await start(['cluster-enabled yes', `cluster-announce-ip ${HOST}`, `cluster-port ${await freePort()}`]);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await expect.poll(() => redis.cluster('INFO'), { timeout: 10_000 }).toContain('cluster_state:ok');
    await expect(ask(`rediss-cluster://${NAME}:${port}`)).rejects.toThrow(NoSnapshots);
    await expect(ask(`rediss-cluster://${HOST}:${port}`)).rejects.toThrow(/no node answers/);
  });

  it('reaches sentinels and the master that they name by number', async () => {
    const master = await start();
    const sentinel = await start([`sentinel monitor mine ${HOST} ${master.port} 1`], '--sentinel');
    await expect(ask(`rediss-sentinel://${NAME}:${sentinel.port}/0#mine`)).rejects.toThrow(NoSnapshots);
    await expect(ask(`rediss-sentinel://${HOST}:${sentinel.port}/0#mine`)).rejects.toThrow(/All sentinels are unreachable/);
  });
});
