import { expect, it } from 'vitest';
import { CONCURRENT_TRANSACTIONS, FakeBrokers, INVALID_PRODUCER_EPOCH } from './fake-brokers.test-kit.ts';
import { Transactor } from './transactor.ts';

const TOPIC = 'rollcall.changes';
const record = (value: string, partition = 0) => ({ topic: TOPIC, partition, key: null, value });
const OFFSET = { groupId: 'group', topic: 'rollcall.events', partition: 0, next: 7n };

async function brokersAndTransactor() {
  const brokers = await FakeBrokers.start(TOPIC, 1);
  brokers.leaders.set(0, 0).set(1, 0);
  const transactor = await Transactor.fence(brokers.options, 'id');
  const asked = () => brokers.asked.splice(0).filter((name) => name !== 'apiVersions' && name !== 'metadata');
  return { brokers, transactor, asked };
}

it('asks for its coordinators once, not in each transaction', async () => {
  const { brokers, transactor, asked } = await brokersAndTransactor();
  await using _ = brokers;
  expect(asked()).toEqual(['findCoordinator', 'initProducerId']);
  for (const value of ['a', 'b', 'c']) {
    transactor.add([record(value), record(value, 1)]);
    await transactor.commit(OFFSET);
    const first = value === 'a' ? ['findCoordinator'] : [];
    expect(asked()).toEqual(['addPartitions', 'produce', 'addOffsets', ...first, 'txnOffsetCommit', 'endTxn']);
  }
  await transactor.close();
  expect([brokers.log.get(0), brokers.log.get(1)]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ]);
});

it('waits for the transaction before, which the brokers still end, with records and with an offset alone', async () => {
  const { brokers, transactor } = await brokersAndTransactor();
  await using _ = brokers;
  brokers.refusals.set('addPartitions', [CONCURRENT_TRANSACTIONS, CONCURRENT_TRANSACTIONS]);
  transactor.add([record('a')]);
  await transactor.commit(OFFSET);
  brokers.refusals.set('addOffsets', [CONCURRENT_TRANSACTIONS]);
  await transactor.commit(OFFSET);
  await transactor.close();
  expect([brokers.commits, brokers.log.get(0)]).toEqual([2, ['a']]);
});

it.each(['addPartitions', 'addOffsets', 'txnOffsetCommit', 'endTxn'])('commits nothing where %s is refused', async (name) => {
  const { brokers, transactor } = await brokersAndTransactor();
  await using _ = brokers;
  brokers.refusals.set(name, [INVALID_PRODUCER_EPOCH]);
  transactor.add([record('a')]);
  await expect(transactor.commit(OFFSET)).rejects.toThrow('cannot commit a transaction of id');
  await transactor.close();
  expect(brokers.commits).toBe(0);
});

it('waits for the transaction of the owner that it fences, and throws what it cannot wait for', async () => {
  const { brokers, transactor } = await brokersAndTransactor();
  await using _ = brokers;
  brokers.refusals.set('initProducerId', [CONCURRENT_TRANSACTIONS]);
  const successor = await Transactor.fence(brokers.options, 'id');
  brokers.refusals.set('initProducerId', [INVALID_PRODUCER_EPOCH]);
  await expect(Transactor.fence(brokers.options, 'id')).rejects.toThrow('cannot fence id');
  await Promise.all([transactor.close(), successor.close()]);
});
