import { type StartedStack, startStack } from '@rollcall/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesPerEvent, ChurningClient, ChurnLog } from '../bench/churn-client.ts';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';

const NAMESPACE = 'churn';

let stack: StartedStack;
let test: RollcallUnderTest;
let redis: RedisConnection;
let log: ChurnLog;
beforeAll(async () => {
  stack = await startStack({ parts: ['kafka', 'redis', 'projector'], env: { OFFLINE_GRACE: '1h' } });
  test = new RollcallUnderTest(stack);
  redis = new RedisConnection(stack.ports.redis);
  const brokers = [stack.kafkaBrokers];
  log = new ChurnLog({ brokers, prefix: 'rollcall', clientId: 'churn', retries: 5, logger: { debug() {} } }, PARTITIONS, redis);
});
afterAll(async () => {
  redis?.close();
  await log?.close();
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

describe('a client that takes a new session name for each connection', { timeout: 120_000 }, () => {
  const client = new ChurningClient({ namespace: NAMESPACE, client: 'churner' });

  it('costs as much with each event after 1,500 names as after 300, and no record of it is large', async () => {
    const costs = [];
    for (const names of [300, 1_200]) {
      await log.append(client.of, client.next(names));
      costs.push(await bytesPerEvent(log, client, 30));
    }
    const [before, after] = costs;
    for (const part of ['changes', 'state', 'redis'] as const) {
      expect(after?.[part]).toBeGreaterThan(0);
      expect(Math.abs((after?.[part] ?? 0) / (before?.[part] ?? 0) - 1)).toBeLessThan(0.05);
    }
    const sizes = [...(await log.sizes('state', client.of)), ...(await log.sizes('changes', client.of))];
    expect(Math.max(...sizes)).toBeLessThan(64 * 1024);
  });

  it('is listed without its sessions being read', async () => {
    expect((await log.stored(client.of)).length).toBeGreaterThan(20_000);
    const before = await sentByRedis();
    for (let page = 0; page < 10; page++) {
      const { clients } = await test.rollcall.list({ namespace: NAMESPACE });
      expect(clients).toMatchObject([{ client: 'churner', presence: 'offline', rememberedSessions: 100 }]);
    }
    expect((await sentByRedis()) - before).toBeLessThan(10 * 10_000);
  });

  it('tells which events were ignored, because their sessions had been forgotten', async () => {
    await log.append(client.of, [sessionConnected({ ...client.of, session: 'long forgotten' }, { time: '2026-01-01T00:00:00Z' })]);
    const { stdout } = await test.command('history', NAMESPACE, 'churner', '--session', 'long forgotten');
    expect(stdout.split('\n').find((line) => line.includes('long forgotten'))).toMatch(/ignored: forgotten/);
  });
});

async function sentByRedis(): Promise<number> {
  return Number(/^total_net_output_bytes:(\d+)/m.exec(String(await redis.ask('INFO', 'stats')))?.[1]);
}
