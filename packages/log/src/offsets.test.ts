import { expect, it } from 'vitest';
import { FakeBrokers } from './fake-brokers.test-kit.ts';
import { Offsets } from './offsets.ts';

const TOPIC = 'rollcall.state';

/** Three replicas of one partition with seven records, led by broker 2, which also keeps the group. */
async function threeBrokers(): Promise<FakeBrokers> {
  const brokers = await FakeBrokers.start(TOPIC, 3);
  brokers.leaders.set(0, 2);
  brokers.log.set(0, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  return brokers;
}

/** Which broker a client comes to first is chance. */
const TIMES = 8;

it('does not believe a broker that still says it leads: a restore would end too early, and a take-over begin too early', async () => {
  await using brokers = await threeBrokers();
  brokers.stale.set(0, 3n);
  for (let time = 0; time < TIMES; time++) {
    const offsets = new Offsets(brokers.options);
    expect(await offsets.bounds(TOPIC, 0)).toMatchObject({ end: 7n });
    expect(await offsets.appended(TOPIC)).toEqual(new Map([[0, 7n]]));
    expect(await offsets.committed('group', TOPIC, 0)).toBe(7n);
    await offsets.close();
  }
});

it('does not wait for a broker that is frozen', async () => {
  await using brokers = await threeBrokers();
  const offsets = new Offsets(brokers.options);
  await offsets.bounds(TOPIC, 0);
  brokers.frozen.add(0);
  const began = performance.now();
  expect(await offsets.bounds(TOPIC, 0)).toMatchObject({ end: 7n });
  expect(performance.now() - began).toBeLessThan(2_000);
  await offsets.close();
});

it('says that the brokers disagree while no majority says the same', async () => {
  await using brokers = await threeBrokers();
  brokers.stale.set(0, 3n).set(1, 4n);
  const offsets = new Offsets(brokers.options);
  await expect(offsets.bounds(TOPIC, 0)).rejects.toThrow('the brokers do not agree yet on who leads');
  brokers.stale.clear();
  expect(await offsets.bounds(TOPIC, 0)).toMatchObject({ end: 7n });
  await offsets.close();
});
