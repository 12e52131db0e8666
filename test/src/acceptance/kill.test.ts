import { type StartedStack, startStack } from '@rollcall/local';
import type { Change } from '@rollcall/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { single } from './event-hub.ts';
import { expectPlainFold } from './expect-plain-fold.ts';
import { fleetEvents } from './fleet.ts';
import { plainFold } from './plain-fold.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const PARTS = ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest', 'projector'] as const;

let stack: StartedStack;
let test: RollcallUnderTest;
beforeAll(async () => {
  stack = await startStack({ parts: PARTS, env: { OFFLINE_GRACE: '1h', PARTITION_OWNERSHIP_EXPIRY: '6s' } });
  test = new RollcallUnderTest(stack);
});
afterAll(async () => {
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

/** Each event as a message of its own, two hundred at a time. */
async function load(events: readonly string[]): Promise<void> {
  for (let from = 0; from < events.length; from += 200) await test.hub.send(events.slice(from, from + 200).map(single));
}

/** How many events of the namespace are in the log. */
function logged(namespace: string): string[] {
  const events = test.topic('events').records.map(decoded<{ id: string; data: { namespaceName: string } }>);
  return events.filter(({ data }) => data.namespaceName === namespace).map(({ id }) => id);
}

/** How many clients of the namespace Redis knows. */
async function known(namespace: string): Promise<number> {
  const [counts] = await test.rollcall.counts(namespace);
  return Object.values(counts?.presence ?? {}).reduce((sum, count) => sum + count, 0);
}

/** The offsets of the events that changed something, partition by partition, as the feed tells them. */
function changedAt(): number[][] {
  const positions = test.topic('changes').records.map((record) => decoded<Change>(record).position);
  return [...Map.groupBy(positions, ({ partition }) => partition).values()].map((some) => some.map(({ offset }) => Number(offset)));
}

/** Something has got through, as far as the part is the one to bring it there. */
const HAS_BEGUN: Readonly<Record<'ingest' | 'projector', (namespace: string) => Promise<void>>> = {
  ingest: async (namespace) => expect(logged(namespace).length).toBeGreaterThan(0),
  projector: async (namespace) => expect(await known(namespace)).toBeGreaterThan(0),
};

it.each(['ingest', 'projector'] as const)('loses nothing when %s is killed in the middle of a load', { timeout: 150_000 }, async (part) => {
  const events = fleetEvents(part, 2_000, 5_000);
  const expected = plainFold(events);
  logged(part);
  const beginning = load(events.slice(0, 1_000));
  await eventually(() => HAS_BEGUN[part](part));
  const rest = load(events.slice(1_000));
  await stack.part(part).kill('SIGKILL');
  await Promise.all([beginning, rest]);
  const through = part === 'ingest' ? logged(part).length / events.length : (await known(part)) / expected.size;
  expect(through).toBeGreaterThan(0);
  expect(through).toBeLessThan(1);

  await stack.part(part).start();
  await expectPlainFold(test, part, expected);
  expect(new Set(logged(part))).toEqual(new Set(events.map((event) => (JSON.parse(event) as { id: string }).id)));

  await test.settled();
  const inOrderAndOnce = changedAt().map((offsets) => [...new Set(offsets)].sort((a, b) => a - b));
  expect(changedAt()).toEqual(inOrderAndOnce);
});
