import type { Status } from '@rollcall/client';
import { afterAll, expect, inject, it } from 'vitest';
import { runCommand } from './command-line.ts';
import { inArray } from './event-hub.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
afterAll(() => test[Symbol.asyncDispose]());

it('says that every stage has what the one before it has, once all is folded', async () => {
  const letters = (await test.rollcall.status()).deadLetters?.count ?? 0;
  await test.hub.send([inArray(sessionConnected({ namespace: 'status', client: 'pump' })), inArray('{"hello":"status"}')]);
  await test.settled();
  const status = await eventually(async () => {
    const now = await test.rollcall.status();
    expect(now.behind).toMatchObject({ projectors: 0, redis: 0 });
    expect(now.deadLetters?.count).toBeGreaterThan(letters);
    return now;
  });
  expect(status.errors).toEqual([]);
  expect(status.behind.arrival).toBeLessThan(60_000);
  expect(status.generations?.active).toBeGreaterThan(0);
  expect(status.partitions).toHaveLength(PARTITIONS);
  for (const { start, end, committed, watermark } of status.partitions) {
    expect([committed, watermark]).toEqual([end, end]);
    expect(BigInt(end ?? '')).toBeGreaterThan(BigInt(start ?? ''));
  }
  const newest = test.topic('events').records.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
  expect(Date.parse(status.lastEvent ?? '')).toBeGreaterThanOrEqual(newest);
  const [last] = await test.rollcall.deadLetters.list({ limit: 1 });
  expect(status.deadLetters?.last).toEqual({ position: last?.position, time: last?.time, reason: 'not-cloudevent' });
});

it('is a table for people and one object for machines', async () => {
  const { code, stdout, stderr } = await test.command('status');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^STAGE +BEHIND\nEvent Hubs → log +[\d.]+ s +last event logged \S+Z\nlog → projectors +\d+ events?\n/);
  expect(stdout).toMatch(/\n\nPARTITION +LOG +LAST EVENT +PROJECTED +IN REDIS.*\n0 +\d+-\d+ +\S+Z +\d+ +\d+/);
  expect(await test.json('status')).toMatchObject({ behind: expect.any(Object), partitions: expect.any(Array), errors: [] });
});

it.each([
  {
    away: 'Kafka',
    env: { KAFKA_BROKERS: '127.0.0.1:1' },
    knows: { generations: { active: expect.any(Number) } },
    says: 'cannot ask Kafka',
  },
  { away: 'Redis', env: { REDIS_URL: 'redis://127.0.0.1:1' }, knows: { deadLetters: expect.any(Object) }, says: 'cannot use Redis' },
])('shows what it knows while $away is away, and that it is', async ({ env, knows, says }) => {
  const { code, stdout, stderr } = await runCommand(['status', '--json'], { ...stack.env, ...env });
  expect(code).toBe(3);
  expect(stderr).toMatch(new RegExp(`^rollcall: ${says} .*\n$`));
  expect(JSON.parse(stdout) as Status).toMatchObject({ ...knows, errors: [expect.stringContaining(says)] });
});
