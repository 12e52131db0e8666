import type { Logger } from '@rollcall/service';
import { expect, it, vi } from 'vitest';
import { EventWriter, type LifeCycleEvent } from './life-cycle-event.ts';
import { Publisher } from './publisher.ts';

const write = new EventWriter(
  'local',
  () => 'id',
  () => 'now',
);
const event = (client: string, number: number) => write.connected(client, 's', number);
const name = (sent: LifeCycleEvent) =>
  `${sent.data.clientAuthenticationName}${'sequenceNumber' in sent.data ? sent.data.sequenceNumber : ''}`;

/** A hub whose sends end when the test says so. */
function setUp() {
  const sends: { names: string[]; succeed: () => void; fail: () => void }[] = [];
  const warn = vi.fn();
  const acknowledged: number[] = [];
  const send = (_client: string, events: readonly LifeCycleEvent[]) =>
    new Promise<void>((resolve, reject) =>
      sends.push({ names: events.map(name), succeed: resolve, fail: () => reject(new Error('away')) }),
    );
  const publisher = new Publisher({ send }, { warn, info: vi.fn() } as unknown as Logger, 4, (count) => acknowledged.push(count));
  const nthSend = (n: number) =>
    vi.waitFor(() => {
      const found = sends[n - 1];
      if (!found) throw new Error(`there was no send ${n}`);
      return found;
    });
  return { publisher, sends, nthSend, warn, acknowledged };
}

it('sends at once when idle, and what piles up meanwhile together', async () => {
  const { publisher, sends, nthSend, acknowledged } = setUp();
  publisher.publish([event('a', 1)]);
  expect(sends.map(({ names }) => names)).toEqual([['a1']]);
  publisher.publish([event('a', 2)]);
  publisher.publish([event('b', 1), event('a', 3)]);
  expect(sends).toHaveLength(1);
  sends[0]?.succeed();
  await nthSend(3);
  expect(sends.slice(1).map(({ names }) => names)).toEqual([['a2', 'a3'], ['b1']]);
  expect(acknowledged).toEqual([1]);
  sends[1]?.succeed();
  sends[2]?.succeed();
  expect(await publisher.drain(1_000)).toBe(0);
  expect(acknowledged).toEqual([1, 3]);
});

it('repeats what failed and nothing else, before anything newer, and acknowledges no part of it', async () => {
  const { publisher, sends, nthSend, warn, acknowledged } = setUp();
  publisher.publish([event('a', 1), event('b', 1)]);
  publisher.publish([event('a', 2)]);
  sends[0]?.fail();
  sends[1]?.succeed();
  (await nthSend(3)).fail();
  (await nthSend(4)).succeed();
  (await nthSend(5)).succeed();
  expect(await publisher.drain(1_000)).toBe(0);
  expect(sends.map(({ names }) => names)).toEqual([['a1'], ['b1'], ['a1'], ['a1'], ['a2']]);
  expect(acknowledged).toEqual([2, 1]);
  expect(warn).toHaveBeenCalledTimes(1);
});

it('is full at its bound, until some are sent', async () => {
  const { publisher, nthSend } = setUp();
  publisher.publish([event('a', 1), event('a', 2), event('a', 3)]);
  expect(publisher.full).toBe(false);
  publisher.publish([event('a', 4)]);
  expect(publisher.full).toBe(true);
  (await nthSend(1)).succeed();
  await vi.waitFor(() => expect(publisher.full).toBe(false));
});

it('gives up draining after a while, and says how many are left', async () => {
  const { publisher, acknowledged } = setUp();
  publisher.publish([event('a', 1), event('a', 2)]);
  expect(await publisher.drain(10)).toBe(2);
  expect(acknowledged).toEqual([]);
});
