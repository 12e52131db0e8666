import { type StartedStack, startStack } from '@rollcall/local';
import type { Change } from '@rollcall/schema';
import { clientKey, partitionOf } from '@rollcall/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { single } from './event-hub.ts';
import { fleetEvents } from './fleet.ts';
import { sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { plainFold } from './plain-fold.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const PARTS = ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest', 'projector'] as const;
const NAMESPACE = 'fleet';
const CLIENTS = 300;

let stack: StartedStack;
let test: RollcallUnderTest;
let redis: RedisConnection;
beforeAll(async () => {
  stack = await startStack({ parts: PARTS, env: { OFFLINE_GRACE: '1h' } });
  test = new RollcallUnderTest(stack);
  redis = new RedisConnection(stack.ports.redis);
  const events = fleetEvents(NAMESPACE, CLIENTS, 3_000);
  for (let from = 0; from < events.length; from += 200) await test.hub.send(events.slice(from, from + 200).map(single));
  await test.hub.send(['victim', 'lost', 'bystander'].map((client) => single(sessionConnected({ namespace: NAMESPACE, client }))));
  // What `settled` sends may overtake them: Event Hubs has partitions of its own.
  await eventually(() => expect(test.topic('events').records.length).toBeGreaterThanOrEqual(events.length + 3));
  await test.settled();
  expect(plainFold(events).size).toBe(CLIENTS);
});
afterAll(async () => {
  redis?.close();
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

interface Rebuilt {
  readonly generation: number;
  readonly resumed: boolean;
  readonly events: number;
  readonly comparison: {
    clients: number;
    differing: number;
    fields: Record<string, number>;
    examples: { client: string; field: string }[];
  };
  readonly next: string;
}

const presenceOf = async (client: string) => (await test.rollcall.client(NAMESPACE, client))?.client.presence;
const keyOf = (generation: number, client: string) =>
  `rollcall:{${generation}:${partitionOf(clientKey(NAMESPACE, client), PARTITIONS)}}:client:${clientKey(NAMESPACE, client)}`;
const keysOf = async (generation: number) => ((await redis.ask('KEYS', `rollcall:{${generation}:*`)) as string[]).length;
/** How far a generation has come, over all partitions: whole batches. */
async function folded(generation: number): Promise<bigint> {
  let sum = 0n;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const watermark = await redis.ask('HGET', `rollcall:{${generation}:${partition}}:meta`, 'watermark');
    if (/^\d+$/.test(String(watermark))) sum += BigInt(String(watermark));
  }
  return sum;
}
const changes = () =>
  test
    .topic('changes')
    .records.map((record) => decoded<Change>(record))
    .filter(({ client }) => client.namespace === NAMESPACE);

describe('a rebuild', { timeout: 120_000 }, () => {
  it('with nothing to mend finds no difference, and leaves no trace where it is a dry run', async () => {
    const before = changes().length;
    const { comparison, next, events, generation } = (await test.json('rebuild', '--dry-run')) as Rebuilt;
    expect(comparison).toEqual({ clients: CLIENTS + 3 + PARTITIONS, differing: 0, fields: {}, examples: [] });
    expect([next, generation]).toEqual(['dropped', 2]);
    expect(events).toBeGreaterThan(3_000);
    expect(await keysOf(2)).toBe(0);
    await test.settled();
    expect(changes()).toHaveLength(before);
  });

  it('mends what somebody broke in Redis: shown before the switch, undone by a rollback, with nothing told twice', async () => {
    const victim = JSON.parse(String(await redis.ask('GET', keyOf(1, 'victim'))));
    await redis.ask('SET', keyOf(1, 'victim'), JSON.stringify({ ...victim, presence: 'offline' }));
    await redis.ask('DEL', keyOf(1, 'lost'));
    const before = changes().length;

    const built = (await test.json('rebuild')) as Rebuilt;
    expect(built).toMatchObject({ generation: 2, resumed: false, next: 'kept' });
    expect(built.comparison).toMatchObject({ differing: 2, fields: { presence: 1, connectedSessions: 1, client: 1 } });
    expect(built.comparison.examples.map(({ client, field }) => `${client} ${field}`).sort()).toEqual([
      'lost client',
      'victim connectedSessions',
      'victim presence',
    ]);
    expect([await presenceOf('victim'), await presenceOf('lost')]).toEqual(['offline', undefined]);
    expect((await test.command('rebuild', 'status')).stdout).toBe(
      'active     generation 1\nbeside it  generation 2, whole: rollcall rebuild switch\n',
    );

    // Both are written from now on.
    await test.hub.send([single(sessionDisconnected({ namespace: NAMESPACE, client: 'bystander' }, 'ConnectionLost'))]);
    await eventually(async () => expect(await presenceOf('bystander')).toBe('offline'));
    expect(((await test.json('rebuild', 'compare')) as Rebuilt['comparison']).differing).toBe(2);

    expect((await test.command('rebuild', 'switch')).stdout).toBe('readers use generation 2\n');
    expect([await presenceOf('victim'), await presenceOf('lost'), await presenceOf('bystander')]).toEqual(['online', 'online', 'offline']);
    await test.settled();
    expect(changes()).toHaveLength(before + 1);

    expect((await test.command('rebuild', 'rollback')).stdout).toBe('readers use generation 1\n');
    expect(await presenceOf('victim')).toBe('offline');
    expect((await test.command('rebuild', 'switch')).stdout).toBe('readers use generation 2\n');
    expect((await test.command('rebuild', 'drop')).stdout).toBe('dropped generation 1\n');
    await eventually(async () => expect(await keysOf(1)).toBe(0));
    expect(await presenceOf('victim')).toBe('online');
  });

  it('that was killed goes on where it was', async () => {
    const first = test.start('rebuild', '--rate', '200');
    await eventually(async () => expect(await folded(3)).toBeGreaterThan(50n));
    first.process.kill('SIGKILL');
    await first.result;
    expect(await test.json('rebuild', 'status')).toEqual({ active: 2, other: { number: 3, status: 'building' } });
    const again = (await test.json('rebuild', '--switch')) as Rebuilt;
    expect(again).toMatchObject({ generation: 3, resumed: true, comparison: { differing: 0 }, next: 'switched' });
    const whole = (await redis.ask('KEYS', 'rollcall:{3:*:client:*')) as string[];
    expect(whole.length).toBeGreaterThanOrEqual(CLIENTS + 3);
    expect(again.events).toBeLessThan(3_000);
  });

  it('outlives the Redis that it was switched to: what is restored is what readers had', async () => {
    await test.settled();
    const victim = await test.rollcall.client(NAMESPACE, 'victim');
    await redis.ask('FLUSHALL');
    await eventually(async () => expect(await test.rollcall.client(NAMESPACE, 'victim')).toEqual(victim));
  });

  it('is refused where there is one already, and where there is nothing to switch to', async () => {
    expect(await test.command('rebuild', 'switch')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no other generation to'),
    });
    expect((await test.command('rebuild', 'drop')).code).toBe(1);
    await eventually(() => test.rollcall.counts());
    expect(await test.command('rebuild', '--from', '9:1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no partition 9'),
    });
    expect(await test.json('rebuild', 'status')).not.toHaveProperty('other');
    await test.json('rebuild');
    expect(await test.command('rebuild')).toMatchObject({ code: 2, stderr: expect.stringContaining('drop it first') });
    await test.json('rebuild', 'drop');
  });
});
