import { connected, deadline, deleted, disconnected, updated } from '@rollcall/fold/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ODD_NAMES } from './histories.test-kit.ts';
import { open } from './reader.test-kit.ts';
import { hasRedisServer, startRedis, type TestRedis } from './redis-server.test-kit.ts';

describe.skipIf(!hasRedisServer())('counts', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => void (await server.redis.flushall()));

  it('add up a namespace by presence, confirmation, reason, existence and state', async () => {
    const { reader, project } = await open(server);
    const state = { client: 'disabled', state: 'Disabled', attributes: {} };
    await project(
      connected(1n, '12:00:00', { client: 'here' }),
      disconnected(1n, '12:00:00', { client: 'pending', reason: 'ConnectionLost' }),
      disconnected(1n, '12:00:00', { client: 'confirmed', reason: 'ConnectionLost' }),
      deadline('12:00:00', { client: 'confirmed' }),
      disconnected(1n, '12:00:00', { client: 'asked to', reason: 'ClientInitiatedDisconnect' }),
      updated('12:00:00', { client: 'here' }),
      updated('12:00:00', state),
      updated('12:00:00', { client: 'pending' }),
      deleted('13:00:00', { client: 'pending' }),
    );
    expect(await reader.counts('myns')).toEqual([
      {
        namespace: 'myns',
        clients: 5,
        presence: { online: 1, offline: 3, unknown: 1 },
        offlineConfirmed: 1,
        reason: { ConnectionLost: 2, ClientInitiatedDisconnect: 1 },
        exists: { yes: 2, no: 1, unknown: 2 },
        state: { Enabled: 1, Disabled: 1 },
      },
    ]);
  });

  it('move with the clients, and go with the last of a namespace that is moved', async () => {
    const { reader, project } = await open(server);
    const log = [connected(1n)];
    await project(...log);
    log.push(disconnected(1n, '12:01:00') as never);
    await project(...log);
    expect(await reader.counts()).toMatchObject([
      { clients: 1, presence: { online: 0, offline: 1 }, reason: { ClientInitiatedDisconnect: 1 } },
    ]);
    log.push(connected(2n, '12:02:00'));
    await project(...log);
    const [counts] = await reader.counts();
    expect(counts).toMatchObject({ clients: 1, presence: { online: 1, offline: 0 } });
    expect(Object.keys(counts?.reason ?? {})).toEqual([]);
  });

  it('are of each namespace, whatever namespaces and reasons are called', async () => {
    const { reader, project } = await open(server);
    const namespaces = ['__proto__', '123', 'a/b', '100%', 'tab\t'];
    await project(
      ...namespaces.flatMap((namespace) => [
        connected(1n, '12:00:00', { namespace, client: 'here' }),
        ...ODD_NAMES.map((reason) => disconnected(1n, '12:00:00', { namespace, client: reason, reason })),
      ]),
    );
    const counts = await reader.counts();
    expect(counts.map(({ namespace }) => namespace)).toEqual([...namespaces].sort());
    expect(await reader.namespaces()).toEqual([...namespaces].sort());
    for (const { presence, reason } of counts) {
      expect(presence).toEqual({ online: 1, offline: ODD_NAMES.length, unknown: 0 });
      expect(Object.entries(reason).sort()).toEqual(ODD_NAMES.map((name) => [name, 1]).sort());
    }
    expect(await reader.counts('a/b')).toEqual(counts.filter(({ namespace }) => namespace === 'a/b'));
    expect(await reader.counts('a')).toEqual([]);
  });
});
