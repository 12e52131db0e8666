import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FeedChange, TableEntry } from '@rollcall/client';
import { clientKey, encodeName, partitionOf } from '@rollcall/schema';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { RunningCommand } from './command-line.ts';
import { inArray } from './event-hub.ts';
import { clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';
import { entriesIn } from './subscriber.ts';
import { text } from './topic-feed.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rollcall-subscribe-'));
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const SUBSCRIBER = fileURLToPath(new URL('subscriber.ts', import.meta.url));

/** So many clients connect, each a change. */
async function connect(namespace: string, count: number, from = 0): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => sessionConnected({ namespace, client: `sensor-${from + n}` }));
  await test.hub.send(events.map((event) => inArray(event)));
}

function inTopic(namespace: string): string[] {
  const own = test.topic('changes').records.filter(({ key }) => text(key).startsWith(`${encodeName(namespace)}/`));
  return own.map(({ partition, offset }) => `${partition}:${offset}`).sort();
}

/** The changes, or the entries of a table, that a command has printed. */
function printed<T>(command: RunningCommand): T[] {
  const lines = command.printed().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}

const places = (changes: readonly FeedChange[]) => changes.map(({ place }) => `${place.partition}:${place.offset}`).sort();
const clients = (changes: readonly FeedChange[]) => changes.map(({ client }) => client.client);

it('gives only what is asked for: a namespace, one client, some kinds', async () => {
  const namespace = 'chosen / few';
  const pump = { namespace, client: 'pump' };
  await test.hub.send([
    inArray(
      sessionConnected(pump, { time: '2026-03-01T12:00:00Z' }),
      sessionConnected({ namespace, client: 'valve' }),
      sessionConnected({ namespace: 'chosen', client: 'pump' }),
      clientUpdated(pump, '2026-03-01T12:00:00Z', { floor: 3 }, { time: '2026-03-01T12:00:01Z' }),
      sessionDisconnected(pump, 'ConnectionLost', { time: '2026-03-01T12:00:02Z' }),
    ),
  ]);
  await eventually(() => expect(inTopic(namespace)).toHaveLength(4));
  const taken = async (count: number, options: Parameters<typeof test.rollcall.changes>[0]) => {
    const found: FeedChange[] = [];
    for await (const change of test.rollcall.changes({ from: 'earliest', ...options })) if (found.push(change) === count) return found;
    return found;
  };
  expect(clients(await taken(4, { namespace })).sort()).toEqual(['pump', 'pump', 'pump', 'valve']);
  const ofPump = await taken(3, { namespace, client: 'pump' });
  expect(ofPump.map(({ kinds }) => kinds)).toEqual([
    ['session-connected', 'client-online'],
    ['client-registered'],
    ['session-disconnected', 'client-offline'],
  ]);
  expect(ofPump[0]?.place.partition).toBe(partitionOf(clientKey(namespace, 'pump'), PARTITIONS));
  const [lost] = await taken(1, { namespace, kinds: ['client-offline', 'client-offline-confirmed'] });
  expect(lost?.session).toMatchObject({ client: 'pump', disconnectionReason: 'ConnectionLost' });
});

it('gives each change once to a subscriber that saves its position, however often it is killed', async () => {
  const namespace = 'killed-subscriber';
  const file = path.join(folder, 'entries');
  await connect(namespace, 200);
  await eventually(() => expect(inTopic(namespace)).toHaveLength(200));
  for (let life = 1; life <= 3; life++) {
    const before = entriesIn(file).length;
    const subscriber = spawn(process.execPath, [SUBSCRIBER, stack.kafkaBrokers, namespace, file], { stdio: 'inherit' });
    await eventually(() => expect(entriesIn(file).length).toBeGreaterThan(before));
    subscriber.kill('SIGKILL');
    await once(subscriber, 'close');
    expect(entriesIn(file).length, 'killed in the middle').toBeLessThan(life * 200);
    await connect(namespace, 200, life * 200);
    await eventually(() => expect(inTopic(namespace)).toHaveLength((life + 1) * 200));
  }
  const last = spawn(process.execPath, [SUBSCRIBER, stack.kafkaBrokers, namespace, file], { stdio: 'inherit' });
  await eventually(() => expect(entriesIn(file).length).toBeGreaterThanOrEqual(800));
  last.kill('SIGKILL');
  expect(
    entriesIn(file)
      .map(({ place }) => place)
      .sort(),
  ).toEqual(inTopic(namespace));
});

it('shows what has changed since a time, and no more of it than asked for', async () => {
  const namespace = 'since';
  await connect(namespace, 3);
  await eventually(() => expect(inTopic(namespace)).toHaveLength(3));
  const last = Math.max(...test.topic('changes').records.map(({ timestamp }) => timestamp));
  await eventually(() => expect(Date.now()).toBeGreaterThan(last + 1));
  const time = new Date().toISOString();
  await connect(namespace, 2, 3);
  const watch = test.start('watch', '--from', time, '--namespace', namespace, '--json');
  await eventually(() => expect(clients(printed<FeedChange>(watch)).sort()).toEqual(['sensor-3', 'sensor-4']));
  const all = test.start('watch', '--from-earliest', '--namespace', namespace, '--client', 'sensor-1', '--kind', 'client-online');
  await eventually(() => expect(all.printed()).toMatch(/^\S+ {2}since\/sensor-1\/s {2}session-connected client-online\n$/));
});

it('takes up on the command line where a file says, at least once', async () => {
  const namespace = 'position-file';
  const file = path.join(folder, 'seen.json');
  await connect(namespace, 50);
  const first = test.start('watch', '--position', file, '--from', 'earliest', '--namespace', namespace, '--json');
  await eventually(() => expect(printed(first)).toHaveLength(50));
  first.process.kill('SIGINT');
  expect(await first.result).toMatchObject({ code: 0, stderr: '' });
  await connect(namespace, 50, 50);
  const second = test.start('watch', '--position', file, '--from', 'earliest', '--namespace', namespace, '--json');
  await eventually(() => expect(printed(second)).toHaveLength(50));
  expect([...places(printed(first)), ...places(printed(second))].sort()).toEqual(inTopic(namespace));

  second.process.kill('SIGKILL');
  await second.result;
  await connect(namespace, 1, 100);
  const third = test.start('watch', '--position', file, '--namespace', namespace, '--json');
  await eventually(() => expect(clients(printed(third))).toContain('sensor-100'));
  third.process.kill('SIGINT');
  await third.result;
  const everything = [first, second, third].flatMap((command) => places(printed(command)));
  expect([...new Set(everything)].sort()).toEqual(inTopic(namespace));
});

it('shares the changes between the subscribers of a group, and leaves none out when one is killed', { timeout: 90_000 }, async () => {
  const namespace = 'shared';
  const group = `group-${process.pid}`;
  const watch = () => test.start('watch', '--group', group, '--namespace', namespace, '--json', '--from', 'earliest');
  const both = [watch(), watch()] as const;
  const seen = () => both.map((command) => printed<FeedChange>(command));
  let sent = 0;
  await eventually(async () => {
    await connect(namespace, 20, sent);
    sent += 20;
    await eventually(() => expect(Math.min(...seen().map(({ length }) => length))).toBeGreaterThan(0), 2_000);
  });
  await eventually(() => expect(inTopic(namespace)).toHaveLength(sent));
  await eventually(() => expect([...new Set(seen().flatMap(places))].sort()).toEqual(inTopic(namespace)));

  both[0].process.kill('SIGKILL');
  await connect(namespace, 100, sent);
  await eventually(() => expect(inTopic(namespace)).toHaveLength(sent + 100));
  await eventually(() => expect([...new Set(seen().flatMap(places))].sort()).toEqual(inTopic(namespace)), 45_000);
});

it('prints the clients as they are, then what changes', async () => {
  const namespace = 'printed table';
  await connect(namespace, 2);
  await eventually(() => expect(inTopic(namespace)).toHaveLength(2));
  const table = test.start('table', namespace);
  const json = test.start('table', namespace, '--json');
  await eventually(() => expect(table.printed()).toContain('2 clients, and what changes from now on\n'));
  await eventually(() => expect(json.printed()).toContain('complete'));
  await test.hub.send([inArray(sessionDisconnected({ namespace, client: 'sensor-0' }, 'ConnectionLost'))]);
  await eventually(() => {
    expect(table.printed()).toMatch(
      /^\S+ {2}printed table\/sensor-0 {2}online\n\S+ {2}printed table\/sensor-1 {2}online\n2 clients.*\n\S+ {2}printed table\/sensor-0\/s {2}session-disconnected client-offline {2}ConnectionLost\n$/,
    );
    expect(printed<TableEntry>(json).map(({ type }) => type)).toEqual(['row', 'row', 'complete', 'change']);
  });
  for (const running of [table, json]) {
    running.process.kill('SIGINT');
    expect(await running.result).toMatchObject({ code: 0, stderr: '' });
  }
});

it.each([
  {
    args: ['watch', '--from', '0:99999999999'],
    code: 2,
    says: /^rollcall: rollcall\.changes 0 has no position 99999999999: it ends at \d+\..*\n$/,
  },
  {
    args: ['watch', '--from', '99:0'],
    code: 2,
    says: /^rollcall: rollcall\.changes 99 has no position 0: there is no such partition\..*\n$/,
  },
  { args: ['watch', '--client', 'pump'], code: 2, says: /^rollcall: --client needs its --namespace\n$/ },
  { args: ['watch', '--position', 'FILE'], code: 2, says: /^rollcall: cannot use .*: it holds no position; name a new file, .*\n$/ },
])('says in a line what is wrong with $args', async ({ args, code, says }) => {
  const junk = path.join(folder, 'junk.json');
  await writeFile(junk, 'junk');
  const result = await test.command(...args.map((arg) => (arg === 'FILE' ? junk : arg)));
  expect(result).toEqual({ code, stdout: '', stderr: expect.stringMatching(says) });
});
