import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Change, ClientSnapshot } from '@rollcall/schema';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runCommand } from './command-line.ts';
import { clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rollcall-cli-'));
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A file of events as somebody may have it. */
async function file(content: string): Promise<string> {
  const name = path.join(folder, `events-${Math.random()}.json`);
  await writeFile(name, content);
  return name;
}

async function expectClients(namespace: string, count: number): Promise<void> {
  await eventually(async () => expect((await test.rollcall.list({ namespace }, { limit: 1_000 })).clients).toHaveLength(count));
}

const NOON = '2026-03-01T12:00:00Z';

/** One client with two sessions, one of them gone. */
async function publishPump(namespace: string): Promise<void> {
  const whose = { namespace, client: 'pump' };
  const events = [
    clientUpdated(whose, NOON, { floor: 3 }, { time: '2026-03-01T12:00:01Z' }),
    sessionConnected({ ...whose, session: 'a' }, { time: '2026-03-01T12:01:00Z' }),
    sessionConnected({ ...whose, session: 'b' }, { time: '2026-03-01T12:02:00Z', sequenceNumber: 7 }),
    sessionDisconnected({ ...whose, session: 'b' }, 'ConnectionLost', { time: '2026-03-01T12:03:00.5Z', sequenceNumber: 7 }),
  ];
  expect(await test.command('publish', await file(`[${events}]`))).toEqual({ code: 0, stdout: '4 events sent\n', stderr: '' });
  await eventually(async () => {
    const { client, sessions } = (await test.rollcall.client(namespace, 'pump')) ?? {};
    expect([client?.state, client?.connectedSessions, sessions?.length]).toEqual(['Enabled', 1, 2]);
  });
}

it('shows a client, a session, clients and counts to people', async () => {
  await publishPump('tables');
  expect(await test.command('client', 'tables', 'pump')).toEqual({
    code: 0,
    stderr: '',
    stdout: `client      tables/pump
presence    online
since       2026-03-01T12:01:00.0000000Z
resource    registered, Enabled
attributes  {"floor":3}
created     2026-03-01T12:00:00.0000000Z
updated     2026-03-01T12:00:01.0000000Z

SESSION  STATUS        SINCE                         NUMBER  REASON
a        connected     2026-03-01T12:01:00.0000000Z  1       -
b        disconnected  2026-03-01T12:03:00.5000000Z  7       ConnectionLost
`,
  });
  expect((await test.command('session', 'tables', 'pump', 'b')).stdout).toBe(`session            tables/pump/b
status             disconnected
since              2026-03-01T12:03:00.5000000Z
sequence number    7
connected at       2026-03-01T12:02:00.0000000Z
disconnected at    2026-03-01T12:03:00.5000000Z
reason             ConnectionLost
counter restarted  no
`);
  expect((await test.command('clients', 'tables')).stdout).toBe(`CLIENT  PRESENCE  SINCE                         REASON  SESSIONS  RESOURCE
pump    online    2026-03-01T12:01:00.0000000Z  -       1/2       Enabled
`);
  expect((await test.command('counts', 'tables')).stdout).toBe(`NAMESPACE  CLIENTS  ONLINE  OFFLINE  CONFIRMED  UNKNOWN
tables     1        1       0        0          0

NAMESPACE  RESOURCE  CLIENTS
tables     Enabled   1
`);
});

it('publishes one object, an array, and NDJSON from standard input', async () => {
  const events = ['a', 'b', 'c', 'd'].map((client) => sessionConnected({ namespace: 'published', client }));
  expect((await test.command('publish', await file(events[0] ?? ''))).stdout).toBe('1 event sent\n');
  expect((await test.command('publish', await file(`[${events[1]}]`))).stdout).toBe('1 event sent\n');
  const lines = await runCommand(['publish', '-'], stack.env, `${events[2]}\n\n${events[3]}\n`);
  expect(lines.stdout).toBe('2 events sent\n');
  await expectClients('published', 4);
});

it('sends nothing of a file that is broken', async () => {
  const good = sessionConnected({ namespace: 'broken file', client: 'never' });
  const broken = await test.command('publish', await file(`${good}\n{"half":\n`));
  expect(broken).toEqual({ code: 2, stdout: '', stderr: 'rollcall: event 2 is not a JSON object; nothing was sent\n' });
  await test.settled();
  expect(test.topic('changes').of('broken file', 'never')).toEqual([]);
});

it('walks page by page over all clients, none twice and none skipped', async () => {
  const namespace = 'pages';
  const events = Array.from({ length: 300 }, (_, n) => {
    // Three moments only: most clients of a partition have the same, and are told apart by their names.
    const whose = { namespace, client: `client ${n}` };
    const time = `2026-03-01T12:0${n % 3}:00Z`;
    if (n % 5 < 3) return sessionConnected(whose, { time });
    return sessionDisconnected(whose, n % 5 === 3 ? 'ConnectionLost' : 'QuotaExceeded', { time });
  });
  await runCommand(['publish', '-'], stack.env, events.join('\n'));
  await expectClients(namespace, 300);

  const pages: ClientSnapshot[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const options: string[] = cursor === '' ? [] : ['--cursor', cursor];
    const page = (await test.json('clients', namespace, '--limit', '70', ...options)) as {
      clients: ClientSnapshot[];
      cursor: string | null;
    };
    pages.push(page.clients);
    cursor = page.cursor;
  }
  expect(pages.map((page) => page.length)).toEqual([70, 70, 70, 70, 20]);
  const walked = pages.flat().map(({ client }) => client);
  expect(new Set(walked)).toEqual(new Set(events.map((_, n) => `client ${n}`)));

  const names = async (...options: string[]) => {
    const { clients } = (await test.json('clients', namespace, '--limit', '1000', ...options)) as { clients: ClientSnapshot[] };
    return clients.map(({ client }) => Number(client.slice('client '.length))).sort((a, b) => a - b);
  };
  const numbers = events.map((_, n) => n);
  expect(await names('--presence', 'online')).toEqual(numbers.filter((n) => n % 5 < 3));
  expect(await names('--presence', 'offline')).toEqual(numbers.filter((n) => n % 5 >= 3));
  expect(await names('--reason', 'QuotaExceeded')).toEqual(numbers.filter((n) => n % 5 === 4));
  expect(await names('--presence', 'online', '--reason', 'QuotaExceeded')).toEqual([]);

  const table = (await test.command('clients', namespace, '--limit', '2')).stdout;
  expect(table).toMatch(/^CLIENT .*\nclient \d+ .*\nclient \d+ .*\n\nmore: --cursor \S+\n$/);
  expect(await test.json('counts', namespace)).toEqual([
    {
      namespace,
      clients: 300,
      presence: { online: 180, offline: 120, unknown: 0 },
      offlineConfirmed: 0,
      reason: { ConnectionLost: 60, QuotaExceeded: 60 },
      exists: { yes: 0, no: 0, unknown: 300 },
      state: {},
    },
  ]);
  expect((await test.command('counts', namespace)).stdout).toMatch(
    /^pages +300 +180 +120 +0 +0\n\n.*OFFLINE REASON.*\n(pages +\w+ +60\n){2}$/m,
  );
});

it('watches changes until it is interrupted', async () => {
  const watch = test.start('watch');
  const json = test.start('watch', '--json');
  let n = 0;
  // It may take a moment to join: whoever watches sees what comes after that.
  await eventually(async () => {
    const client = `passer-by ${++n}`;
    await test.hub.send([{ body: Buffer.from(sessionConnected({ namespace: 'watched', client }, { time: NOON })) }]);
    await eventually(() => {
      expect(watch.printed()).toContain(`${NOON}  watched/${client}/s  session-connected client-online\n`);
      expect(json.printed()).toContain(`"client":"${client}"`);
    }, 1_000);
  });
  const last = json.printed().trim().split('\n').at(-1) ?? '';
  expect(JSON.parse(last) as Change).toMatchObject({ kinds: ['session-connected', 'client-online'], session: { namespace: 'watched' } });
  for (const running of [watch, json]) {
    running.process.kill('SIGINT');
    expect(await running.result).toMatchObject({ code: 0, stderr: '' });
  }
});

it('shows from the earliest on what could not be read, and why', async () => {
  await test.hub.send([{ body: Buffer.from('{ "hello": 1 }') }]);
  const watch = test.start('watch', '--dead-letters', '--from-earliest');
  const json = test.start('watch', '--dead-letters', '--from-earliest', '--json');
  await eventually(() => {
    expect(watch.printed()).toMatch(/Z {2}- {2}dead letter: not-cloudevent {2}type: .+\n/);
    expect(json.printed()).toContain(`"original":"${Buffer.from('{ "hello": 1 }').toString('base64')}"`);
  });
  for (const running of [watch, json]) {
    running.process.kill('SIGINT');
    expect(await running.result).toMatchObject({ code: 0, stderr: '' });
  }
});

const NOBODY_LISTENS = { ROLLCALL_REDIS_PORT: '1', ROLLCALL_KAFKA_PORT: '1', ROLLCALL_EVENTHUBS_PORT: '1' };

it.concurrent.each([
  {
    code: 1,
    args: ['client', 'tables', 'nobody'],
    says: /^rollcall: no event of client nobody in namespace tables was seen; rollcall .+ lists those that were\n$/,
  },
  {
    code: 1,
    args: ['session', 'tables', 'pump', 'none'],
    says: /^rollcall: no event of session none of client pump in namespace tables was seen; rollcall .+ lists those that were\n$/,
  },
  {
    code: 1,
    args: ['clients', 'nowhere'],
    says: /^rollcall: no event of namespace nowhere was seen; rollcall namespaces lists those that were\n$/,
  },
  { code: 1, args: ['clients', 'nowhere', '--all', '--json'], says: /^rollcall: no event of namespace nowhere was seen/ },
  { code: 1, args: ['counts', 'nowhere'], says: /^rollcall: no event of namespace nowhere was seen; rollcall namespaces lists .+\n$/ },
  {
    code: 1,
    args: ['at', '2026-03-01T12:00Z', 'clients', 'nowhere'],
    says: /^rollcall: no event of namespace nowhere had been seen by then\n$/,
  },
  { code: 2, args: ['replay', '--from', '9:1'], says: /^rollcall: there is no partition 9, but 0 to 3\n$/ },
  { code: 2, args: ['client', 'tables', 'pump', '--at-least', '9:1'], says: /^rollcall: there is no partition 9, but 0 to 3\n$/ },
  {
    code: 2,
    args: ['clients', 'tables', '--cursor', 'mine'],
    says: /^rollcall: the cursor is not one that a list in the order of name gave; begin again without --cursor\n$/,
  },
  { code: 2, args: ['clients', 'tables', '--limit', '0'], says: /^rollcall: .*--limit.* expected a whole number from 1 to 1000 .*\n$/ },
  { code: 2, args: ['client', 'tables', 'pump', '--colour'], says: /^rollcall: unknown option '--colour' \(see --help\)\n$/ },
  { code: 2, args: ['publish', '/nowhere/events.json'], says: /^rollcall: cannot read \/nowhere\/events\.json: ENOENT; .+\n$/ },
  {
    code: 3,
    args: ['client', 'tables', 'pump'],
    env: NOBODY_LISTENS,
    says: /^rollcall: cannot use Redis at 127\.0\.0\.1:1: .+; check REDIS_URL, .+\n$/,
  },
  {
    code: 3,
    args: ['watch'],
    env: NOBODY_LISTENS,
    says: /^rollcall: cannot ask Kafka at 127\.0\.0\.1:1 for offsets: .+; check KAFKA_BROKERS, .+\n$/,
  },
  {
    code: 3,
    args: ['publish', '-'],
    env: NOBODY_LISTENS,
    says: /^rollcall: cannot publish to the event hub lifecycle: .*ECONNREFUSED 127\.0\.0\.1:1 \(0 of 1 events sent\); check .+\n$/,
  },
  {
    code: 3,
    args: ['counts'],
    env: { TOPIC_PREFIX: 'elsewhere' },
    says: /^rollcall: Redis holds no snapshots under the prefix elsewhere; .+; check REDIS_URL and TOPIC_PREFIX\n$/,
  },
  {
    code: 2,
    args: ['counts'],
    env: { ROLLCALL_REDIS_PORT: 'six' },
    says: /^rollcall: ROLLCALL_REDIS_PORT is wrong: expected a port from 1 to 65535; .+\n$/,
  },
])('says in a line what is wrong, and exits with $code: $args', async ({ code, args, env = {}, says }) => {
  const result = await runCommand(args, { ...stack.env, ...env }, sessionConnected({ namespace: 'tables', client: 'unsent' }));
  expect(result).toEqual({ code, stdout: '', stderr: expect.stringMatching(says) });
});

it('is coloured where that is asked for, and never where NO_COLOR is set', async () => {
  await publishPump('coloured');
  const asked = await runCommand(['client', 'coloured', 'pump'], { ...stack.env, FORCE_COLOR: '1' });
  expect(asked.stdout).toContain('\u001b[32monline\u001b[39m');
  expect((await runCommand(['client', 'coloured', 'pump'], { ...stack.env, NO_COLOR: '1' })).stdout).not.toContain('\u001b');
});

it('ends quietly when whoever reads it has enough', async () => {
  await publishPump('enough');
  const command = test.start('watch', '--from-earliest', '--json');
  await eventually(() => expect(command.printed()).not.toBe(''));
  command.process.stdout?.destroy();
  // The next change finds nobody to read it.
  await eventually(async () => {
    await test.hub.send([{ body: Buffer.from(sessionConnected({ namespace: 'enough', client: `${Math.random()}` }, { time: NOON })) }]);
    expect(command.process.exitCode).toBe(0);
  });
});
