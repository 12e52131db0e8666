import { expect, it, vi } from 'vitest';
import { FakeBrokers, NOT_ENOUGH_REPLICAS_AFTER_APPEND, NOT_LEADER, type ProducePart } from './fake-brokers.test-kit.ts';
import { Transactor } from './transactor.ts';
import { LogWriter } from './writer.ts';

const TOPIC = 'rollcall.events';
const record = (partition: number, value: string) => ({ topic: TOPIC, partition, key: null, value });
const OFFSET = { groupId: 'group', topic: TOPIC, partition: 0, next: 1n };

/** Partition 0 is led by broker 0, partition 1 by broker 1. */
async function twoBrokers(): Promise<FakeBrokers> {
  const brokers = await FakeBrokers.start(TOPIC, 2);
  brokers.leaders.set(0, 0).set(1, 1);
  return brokers;
}

/** Broker 1 refuses partition 1 once, for broker 0, which has just answered for partition 0, leads it now. */
function moveToWhoHasAnswered(brokers: FakeBrokers): void {
  let answered: () => void = () => {};
  const hasAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const usual = brokers.onProduce;
  brokers.onProduce = async (part: ProducePart) => {
    if (brokers.leaders.get(1) === 0) return usual(part);
    if (part.node === 0) {
      setTimeout(answered, 50);
      return { append: true, code: 0 };
    }
    await hasAnswered;
    brokers.leaders.set(1, 0);
    return { append: false, code: NOT_LEADER };
  };
}

it('loses no record whose leadership moves to a broker that has answered already', async () => {
  await using brokers = await twoBrokers();
  moveToWhoHasAnswered(brokers);
  const writer = new LogWriter(brokers.options);
  await writer.append([record(0, 'a'), record(1, 'b')]);
  await writer.close();
  expect([new Set(brokers.log.get(0)), brokers.log.get(1)]).toEqual([new Set(['a']), ['b']]);
});

it('commits no transaction of which a record is missing: a leader that moves is a doubt', async () => {
  await using brokers = await twoBrokers();
  moveToWhoHasAnswered(brokers);
  const transactor = await Transactor.fence(brokers.options, 'id');
  transactor.add([record(0, 'a'), record(1, 'b')]);
  await expect(transactor.commit(OFFSET)).rejects.toThrow('cannot commit a transaction of id');
  await transactor.close();
  expect(brokers.commits).toBe(0);
});

it('commits no transaction that has a record twice: one broker refuses while another still appends', async () => {
  await using brokers = await twoBrokers();
  // Which broker is asked for the leaders in between is chance: several times.
  const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const committed: string[] = [];
  for (const value of values) {
    let refused = false;
    brokers.log.clear();
    brokers.onProduce = async ({ node }) => {
      if (node === 1 && !refused) {
        refused = true;
        return { append: false, code: NOT_LEADER };
      }
      // Slower than the first wait between a refusal and its repetition.
      if (node === 0) await new Promise((resolve) => setTimeout(resolve, 100));
      return { append: true, code: 0 };
    };
    const transactor = await Transactor.fence(brokers.options, 'id');
    transactor.add([record(0, value), record(1, value)]);
    const outcome = transactor.commit(OFFSET);
    await outcome.then(
      () => committed.push(...(brokers.log.get(0) ?? [])),
      () => {},
    );
    await transactor.close();
  }
  expect(committed).toEqual([...new Set(committed)]);
});

it('leaves out no record of a partition of which the brokers say nothing', async () => {
  await using brokers = await twoBrokers();
  brokers.leaders.delete(1);
  const writer = new LogWriter({ ...brokers.options, retries: 1 });
  await expect(writer.append([record(0, 'a'), record(1, 'b')])).rejects.toThrow('rollcall.events 1');
  brokers.leaders.set(1, 1);
  await writer.append([record(1, 'b')]);
  await writer.close();
  expect(brokers.log.get(1)).toEqual(['b']);
});

it('may write twice, and never not at all, what was appended and then not replicated', async () => {
  await using brokers = await twoBrokers();
  let failures = 2;
  brokers.onProduce = () => (failures-- > 0 ? { append: true, code: NOT_ENOUGH_REPLICAS_AFTER_APPEND } : { append: true, code: 0 });
  const writer = new LogWriter(brokers.options);
  await writer.append([record(0, 'a'), record(0, 'b')]);
  await writer.append([record(0, 'c')]);
  await writer.close();
  expect(brokers.log.get(0)?.slice(-3)).toEqual(['a', 'b', 'c']);
});

it('gives the numbers of a request whose answer was lost to no other one: it would be taken for its repetition', async () => {
  await using brokers = await twoBrokers();
  const usual = brokers.onProduce;
  brokers.onProduce = ({ values }) => ({ append: true, code: values[0] === 'a' ? undefined : 0 });
  const writer = new LogWriter({ ...brokers.options, retries: 1 });
  await expect(writer.append([record(0, 'a')])).rejects.toThrow('cannot write to rollcall.events');
  await writer.append([record(0, 'b')]);
  brokers.onProduce = usual;
  await writer.close();
  expect([...new Set(brokers.log.get(0))]).toEqual(['a', 'b']);
});

it('sends one request at a time, in the order in which they were asked for', async () => {
  await using brokers = await twoBrokers();
  const usual = brokers.onProduce;
  brokers.onProduce = async (part) => {
    // The first is the slowest.
    await new Promise((resolve) => setTimeout(resolve, part.values[0] === 'a' ? 30 : 1));
    return usual(part);
  };
  const writer = new LogWriter(brokers.options);
  await Promise.all(['a', 'b', 'c'].map((value) => writer.append([record(0, value)])));
  await writer.close();
  expect(brokers.log.get(0)).toEqual(['a', 'b', 'c']);
});

it('comes to another broker where the one that it began with is frozen', async () => {
  await using brokers = await FakeBrokers.start(TOPIC, 3);
  brokers.leaders.set(0, 2);
  brokers.frozen.add(0);
  // The order of the brokers is chance: the frozen one first, and last as soon as that has been tried.
  let drawn = 0;
  const chance = vi.spyOn(Math, 'random').mockImplementation(() => drawn);
  const writer = new LogWriter(brokers.options);
  const appended = writer.append([record(0, 'a')]);
  await vi.waitFor(() => expect(brokers.asked).toContain('apiVersions'));
  drawn = 0.99;
  await appended;
  chance.mockRestore();
  await writer.close();
  expect(brokers.log.get(0)).toEqual(['a']);
});
