import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import { type LogOptions, LogWriter } from '@rollcall/log';
import { cutLog } from '@rollcall/log/testing';
import { clientKey, partitionOf } from '@rollcall/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { single } from './event-hub.ts';
import { expectPlainFold, expectSnapshots } from './expect-plain-fold.ts';
import { fleetEvents } from './fleet.ts';
import { sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { plainFold } from './plain-fold.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';
import { crowdRecord, lastEnding } from './version-1/crowd.ts';

const NAMESPACE = 'fleet';
const CLIENTS = 200;
/** A client that took a new session name for each connection. */
const CROWD = { namespace: 'crowds', client: 'crowd' };
const SESSIONS = 20_000;
/** A client whose session was taken over ten seconds after it connected, and whose successor was lost: version 1 has it connected for ever. */
const GHOST = { namespace: NAMESPACE, client: 'ghost' };
const GHOST_EVENTS = [
  sessionConnected(GHOST, { time: '2026-03-02T09:00:00Z' }),
  sessionDisconnected(GHOST, 'SessionTakenOver', { time: '2026-03-02T09:00:10Z' }),
];

const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-version-1-'));
const VERSION_1 = path.join(dir, 'projector.mjs');
const events = [...fleetEvents(NAMESPACE, CLIENTS, 1_600), ...GHOST_EVENTS];
let stack: StartedStack;
let test: RollcallUnderTest;
let redis: RedisConnection;
let sent = 0;
let started = 0;
const projectors: RunningPart[] = [];

/** A stack of version 1 that has run for long: its log no longer reaches back to the first events of its clients. */
beforeAll(async () => {
  writeFileSync(VERSION_1, gunzipSync(readFileSync(new URL('../../src/acceptance/version-1/projector.mjs.gz', import.meta.url))));
  stack = await startStack({ parts: ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest'], env: { OFFLINE_GRACE: '1h' } });
  test = new RollcallUnderTest(stack);
  redis = new RedisConnection(stack.ports.redis);
  await start(VERSION_1);
  await send(1_000);
  await send(0, ...GHOST_EVENTS);
  await test.settled();
  await stopAll();
  await redis.ask('FLUSHALL');
  const log: LogOptions = { brokers: [stack.kafkaBrokers], prefix: 'rollcall', clientId: 'years', retries: 5, logger: { debug() {} } };
  await eventually(() => expect(test.topic('events').records.length).toBeGreaterThanOrEqual(sent + GHOST_EVENTS.length + PARTITIONS));
  const key = clientKey(CROWD.namespace, CROWD.client);
  const partition = partitionOf(key, PARTITIONS);
  const writer = new LogWriter(log);
  await writer.append([
    { topic: 'rollcall.state', partition, key, value: crowdRecord(CROWD.namespace, CROWD.client, SESSIONS, partition, 0n) },
  ]);
  await writer.close();
  for (let at = 0; at < PARTITIONS; at++) await cutLog(log, 'rollcall.events', at, await endOf(at));
  await start(VERSION_1, VERSION_1);
  await send(200);
  await test.settled();
}, 120_000);
afterAll(async () => {
  redis?.close();
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
  rmSync(dir, { recursive: true });
});

/** Projectors of version 1, or of this one. */
async function start(...programs: readonly (string | undefined)[]): Promise<void> {
  const added = programs.map((program) => stack.add('projector', { as: `projector-${++started}`, program }));
  projectors.push(...added);
  await Promise.all(added.map((one) => one.start()));
}

async function stopAll(): Promise<void> {
  for (const one of projectors.splice(0)) await one.stop();
}

/** Each stops and is replaced, one after the other, while events come. */
async function replaceEach(program: string | undefined): Promise<void> {
  for (const one of [...projectors]) {
    await one.stop();
    projectors.splice(projectors.indexOf(one), 1);
    await start(program);
    await send(40);
  }
  await test.settled();
}

/** So many more events of the fleet. */
async function send(count: number, ...more: readonly string[]): Promise<void> {
  const some = [...events.slice(sent, sent + count), ...more];
  sent += count;
  for (let from = 0; from < some.length; from += 200) await test.hub.send(some.slice(from, from + 200).map(single));
}

async function endOf(partition: number): Promise<bigint> {
  const ends = test.topic('events').records.filter((record) => record.partition === partition);
  return (ends.at(-1)?.offset ?? -1n) + 1n;
}

/** What readers see go wrong while something happens; they ask all the time. */
async function readingThroughout(happens: () => Promise<void>): Promise<string[]> {
  const wrong: string[] = [];
  let over = false;
  let clients = 1;
  const reading = (async () => {
    while (!over) {
      await Promise.all([test.rollcall.counts(NAMESPACE), test.rollcall.client(CROWD.namespace, CROWD.client)]).then(
        ([counts, crowd]) => {
          const counted = counts[0]?.clients ?? 0;
          if (counted < clients) wrong.push(`${counted} clients after ${clients}`);
          clients = counted;
          if (crowd === undefined) wrong.push('no crowd');
        },
        (error: unknown) => wrong.push(String(error)),
      );
      await sleep(20);
    }
  })();
  await happens();
  over = true;
  await reading;
  return wrong;
}

const expected = () => plainFold([...events.slice(0, sent), ...GHOST_EVENTS]);
const connectedSessions = async ({ namespace, client }: typeof GHOST) =>
  (await test.rollcall.client(namespace, client))?.client.connectedSessions;
const generations = () => redis.ask('HGETALL', 'rollcall:generations');
const recordOf = ({ namespace, client }: typeof CROWD) => test.topic('state').of(namespace, client).at(-1);

describe('a stack of fold version 1', { timeout: 120_000 }, () => {
  it('has a ghost, a client of 20,000 sessions, and a log that has been cut', async () => {
    expect(await generations()).toEqual(['1', 'followed 1']);
    expect(await connectedSessions(GHOST)).toBe(1);
    const crowd = await test.rollcall.client(CROWD.namespace, CROWD.client);
    expect(crowd?.sessions).toHaveLength(SESSIONS);
    expect(crowd?.client).toMatchObject({ presence: 'offline', since: lastEnding(SESSIONS) });
    const logged = await Array.fromAsync(test.rollcall.replay());
    expect(logged.length).toBeLessThan(sent / 2);
  });

  it('is upgraded by restarting one projector after the other; readers notice nothing', async () => {
    expect(await readingThroughout(() => replaceEach(undefined))).toEqual([]);
    expect(String(await generations())).toMatch(/^1,followed 1 \{/);
    expect(await connectedSessions(GHOST)).toBe(1);
  });

  it('has a small client of its many sessions with the first event that it gets', async () => {
    await send(0, sessionConnected({ ...CROWD, session: 'new' }, { time: '2026-03-05T00:00:00Z' }));
    await eventually(async () => expect(await connectedSessions(CROWD)).toBe(1));
    const crowd = await test.rollcall.client(CROWD.namespace, CROWD.client);
    expect(crowd?.sessions).toHaveLength(101);
    await eventually(() => expect(recordOf(CROWD)?.value?.byteLength).toBeLessThan(64 * 1024));
  });

  it('can go back to version 1 before the rebuild, which goes on from what version 2 left', async () => {
    expect(await readingThroughout(() => replaceEach(VERSION_1))).toEqual([]);
    await send(0, sessionDisconnected({ ...CROWD, session: 'new' }, 'ConnectionLost', { time: '2026-03-05T01:00:00Z' }));
    await eventually(async () =>
      expect((await test.rollcall.client(CROWD.namespace, CROWD.client))?.client.disconnectionReason).toBe('ConnectionLost'),
    );
    expect((await test.rollcall.client(CROWD.namespace, CROWD.client))?.sessions).toHaveLength(101);
  });

  it('concludes as version 2 after one command: the ghost is gone, and clients that are older than the log are there', async () => {
    await replaceEach(undefined);
    const wrong = await readingThroughout(async () => {
      const built = (await test.json('rebuild', '--switch')) as { readonly next: string };
      expect(built.next).toBe('switched');
    });
    expect(wrong).toEqual([]);
    expect(await connectedSessions(GHOST)).toBe(0);
    await test.settled();
    await eventually(() => expectPlainFold(test, NAMESPACE, expected()), 60_000);
    expect((await test.rollcall.client(CROWD.namespace, CROWD.client))?.sessions).toHaveLength(100);
    expect(String(await generations())).toMatch(/2,followed 2 \{/);
  });

  it('refuses version 1 after that, and can still go back to the generation that version 1 began', async () => {
    await stopAll();
    const old = stack.add('projector', { as: 'refused', program: VERSION_1 });
    await expect(old.start()).rejects.toThrow('refused');
    expect(old.log()).toContain('generation 2 was written by fold version 2, not 1');
    await start(undefined);
    await test.settled();
    expect((await test.command('rebuild', 'rollback')).stdout).toBe('readers use generation 1\n');
    await test.settled();
    await stopAll();
    await start(VERSION_1);
    await send(100);
    await test.settled();
    expect((await test.rollcall.counts(NAMESPACE))[0]?.clients).toBe(expected().size);
  });

  it('cannot go back once Redis is lost: version 1 reads no record of version 2, and waits; going forward mends it', async () => {
    await redis.ask('FLUSHALL');
    await eventually(() => {
      const said = projectors.map((one) => one.log()).join('');
      expect(said).toContain('cannot take the partition over yet');
    });
    await expect(test.rollcall.counts(NAMESPACE)).rejects.toThrow('restoring');
    await stopAll();
    await start(undefined, undefined);
    await send(100);
    await test.settled();
    // Records that version 1 wrote stay as they are until more is heard of their clients.
    await expectSnapshots(test, NAMESPACE, expected());
    expect((await test.rollcall.client(CROWD.namespace, CROWD.client))?.sessions).toHaveLength(100);
  });
});
