import { afterAll, expect, inject, it } from 'vitest';
import { inArray, single } from './event-hub.ts';
import { expectPlainFold } from './expect-plain-fold.ts';
import { fleetEvents, shuffledAndDuplicated } from './fleet.ts';
import { plainFold } from './plain-fold.ts';
import { RollcallUnderTest } from './rollcall-under-test.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

const NAMESPACE = 'convergence';

it('ends in the same state as a plain fold of the same events, whatever their order and number', async () => {
  const events = fleetEvents(NAMESPACE, 500, 10_000);
  const published = shuffledAndDuplicated(events);
  expect([events.length, published.length]).toEqual([10_000, 12_000]);
  // Most as Event Grid batches them, some alone, over all partitions of the hub.
  const messages = Array.from({ length: 120 }, (_, n) => published.slice(n * 100, n * 100 + 100)).flatMap((some) => [
    inArray(...some.slice(0, 90)),
    ...some.slice(90).map(single),
  ]);
  for (let from = 0; from < messages.length; from += 200) await test.hub.send(messages.slice(from, from + 200));

  const expected = plainFold(events);
  expect(expected.size).toBe(500);
  await expectPlainFold(test, NAMESPACE, expected);
});
