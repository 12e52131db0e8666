import type { FeedPosition, TableEntry } from '@rollcall/client';
import { type Change, type ClientSnapshot, clientKey, partitionOf } from '@rollcall/schema';
import { afterAll, expect, inject, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { plainFold, withoutOffset } from './plain-fold.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded, text } from './topic-feed.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

const CLIENTS = 1_200;
const START = Date.parse('2026-03-01T00:00:00Z');

/** Clients of a namespace that come and go, each a second after it did the last time. */
class Fleet {
  #round = 0;

  constructor(private readonly namespace: string) {}

  /** Each client connects or disconnects once. */
  async flap(clients: number): Promise<void> {
    const round = this.#round++;
    const time = new Date(START + round * 1_000).toISOString();
    const occasion = { time, sequenceNumber: Math.floor(round / 2) + 1 };
    const events = Array.from({ length: clients }, (_, n) => {
      const whose = { namespace: this.namespace, client: `sensor-${n}` };
      return round % 2 === 0 ? sessionConnected(whose, occasion) : sessionDisconnected(whose, 'ConnectionLost', occasion);
    });
    await this.#send(events);
  }

  /** A last client comes in each partition: after what was sent before. */
  async leave(): Promise<void> {
    const names = new Map<number, string>();
    for (let n = 0; names.size < PARTITIONS; n++) {
      const name = `${LEAVER}${n}`;
      names.set(partitionOf(clientKey(this.namespace, name), PARTITIONS), name);
    }
    await this.#send([...names.values()].map((client) => sessionConnected({ namespace: this.namespace, client })));
  }

  async #send(events: readonly string[]): Promise<void> {
    // In their order, and in portions, so that they are folded in several batches.
    for (let from = 0; from < events.length; from += 100) await test.hub.send([inArray(...events.slice(from, from + 100))], this.namespace);
  }
}

/** Clients that come last. */
const LEAVER = 'leaver-';
const END: FeedPosition = Object.fromEntries(
  Array.from({ length: PARTITIONS }, (_, partition) => [partition, String(Number.MAX_SAFE_INTEGER)]),
);

/** What a subscriber makes of the entries. */
class Mirror {
  readonly clients = new Map<string, ClientSnapshot>();

  take(entry: TableEntry): void {
    if (entry.type === 'row') {
      expect(this.clients.has(keyOf(entry.client))).toBe(false);
      this.clients.set(keyOf(entry.client), entry.client);
    } else if (entry.type === 'change') {
      const { client } = entry.change;
      const before = this.clients.get(keyOf(client))?.offset ?? '-1';
      expect(BigInt(client.offset)).toBeGreaterThan(BigInt(before));
      this.clients.set(keyOf(client), client);
    }
  }

  shown(): Map<string, object> {
    return new Map([...this.clients].map(([key, client]) => [key, withoutOffset(client)]));
  }
}

const keyOf = ({ namespace, client }: ClientSnapshot) => clientKey(namespace, client);

/** The namespace's clients as of a position of the feed: the plain fold of the events whose changes stand before it. */
function asOf(namespace: string, position: FeedPosition): Map<string, object> {
  const before = test.topic('changes').records.filter(({ partition, offset }) => offset < BigInt(position[partition] ?? '0'));
  const last = new Map<number, bigint>();
  for (const record of before) last.set(record.partition, BigInt(decoded<Change>(record).position.offset));
  const events = test.topic('events').records.filter(({ partition, offset }) => offset <= (last.get(partition) ?? -1n));
  const own = events.map(({ value }) => text(value)).filter((event) => event.includes(`"namespaceName":"${namespace}"`));
  return new Map([...plainFold(own)].map(([key, { client }]) => [key, client]));
}

/** Every change of the namespace that stands at or after a position, by its place. */
function placesFrom(namespace: string, position: FeedPosition): string[] {
  const prefix = `${namespace}/`;
  const after = test.topic('changes').records.filter(({ partition, offset }) => offset >= BigInt(position[partition] ?? '0'));
  return after.filter(({ key }) => text(key).startsWith(prefix)).map(({ partition, offset }) => `${partition}:${offset}`);
}

it('shows the state of one moment, then each change after it once, while clients come and go', { timeout: 180_000 }, async () => {
  const namespace = 'table under load';
  const fleet = new Fleet(namespace);
  test.topic('events');
  // Other tests write to the same topic.
  const changes = () => placesFrom(namespace, {}).length;
  await fleet.flap(CLIENTS);
  await eventually(() => expect(changes()).toBeGreaterThanOrEqual(CLIENTS));

  let isGoingOn = true;
  const load = (async () => {
    while (isGoingOn) await fleet.flap(CLIENTS);
    await fleet.leave();
  })();
  const stop = new AbortController();
  const mirror = new Mirror();
  const count = { row: 0, change: 0, complete: 0 };
  let moment: { position: FeedPosition; shown: Map<string, object> } | undefined;
  const places: string[] = [];
  const left = new Set<number>();
  for await (const entry of test.rollcall.table({ namespace, signal: stop.signal })) {
    mirror.take(entry);
    count[entry.type]++;
    if (entry.type === 'row' && count.row % 400 === 1) {
      // What is read next has changed since the rows before.
      const seen = changes();
      await eventually(() => expect(changes()).toBeGreaterThan(seen + 50));
    }
    if (entry.type === 'complete') {
      moment = { position: entry.position, shown: mirror.shown() };
      isGoingOn = false;
    }
    if (entry.type !== 'change' || moment === undefined) continue;
    const { place, client } = entry.change;
    places.push(`${place.partition}:${place.offset}`);
    if (client.client.startsWith(LEAVER)) left.add(place.partition);
    if (left.size === PARTITIONS) stop.abort();
  }
  await load;

  expect(count).toMatchObject({ row: CLIENTS, complete: 1 });
  expect(count.change - places.length, 'changes while rows were read').toBeGreaterThan(0);
  await test.settled();
  await eventually(() => expect(test.topic('events').records.length).toBeGreaterThanOrEqual(test.topic('changes').records.length));
  const position = moment?.position ?? {};
  expect(moment?.shown).toEqual(asOf(namespace, position));
  expect(places.toSorted()).toEqual(placesFrom(namespace, position).toSorted());
  expect(mirror.shown()).toEqual(asOf(namespace, END));
});
