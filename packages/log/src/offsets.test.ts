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

/** As whoever asks does: the frozen broker may be the first one that is asked. */
async function retried<T>(ask: () => Promise<T>): Promise<T> {
  return ask().catch(() => retried(ask));
}

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

it('waits for no broker that is frozen longer than it takes to come to another one', async () => {
  await using brokers = await threeBrokers();
  const offsets = new Offsets(brokers.options);
  await offsets.bounds(TOPIC, 0);
  brokers.frozen.add(0);
  const began = performance.now();
  expect(await offsets.bounds(TOPIC, 0)).toMatchObject({ end: 7n });
  expect(performance.now() - began).toBeLessThan(2_000);
  await offsets.close();
  const fresh = new Offsets(brokers.options);
  const answered = await retried(() => fresh.bounds(TOPIC, 0));
  expect(answered).toMatchObject({ end: 7n });
  await fresh.close();
});

it('finds the next leader where the one that was agreed on freezes, or cannot be reached', async () => {
  await using brokers = await threeBrokers();
  const offsets = new Offsets(brokers.options);
  await offsets.bounds(TOPIC, 0);
  brokers.frozen.add(2);
  setTimeout(() => brokers.leaders.set(0, 1), 100);
  expect(await retried(() => offsets.bounds(TOPIC, 0))).toMatchObject({ end: 7n });
  await offsets.close();
});

it('asks again while brokers disagree, though one of them is dead: so it is after each death', async () => {
  await using brokers = await threeBrokers();
  const offsets = new Offsets(brokers.options);
  await offsets.bounds(TOPIC, 0);
  brokers.kill(0);
  brokers.stale.set(1, 4n);
  setTimeout(() => brokers.stale.clear(), 300);
  expect(await offsets.bounds(TOPIC, 0)).toMatchObject({ end: 7n });
  await offsets.close();
});

it('answers all who ask at once, whatever becomes of one question', async () => {
  await using brokers = await threeBrokers();
  const offsets = new Offsets(brokers.options);
  brokers.stale.set(0, 3n).set(1, 4n);
  setTimeout(() => brokers.stale.clear(), 300);
  const answers = await Promise.all(Array.from({ length: 16 }, () => offsets.bounds(TOPIC, 0)));
  expect(answers.map(({ end }) => end)).toEqual(Array(16).fill(7n));
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
