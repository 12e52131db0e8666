import type { ClientSnapshot, Progress, ReplayedEvent } from '@rollcall/client';
import type { Change } from '@rollcall/schema';
import { afterAll, expect, inject, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

const DAY = '2026-03-01T';
/** A client that connects, reconnects, hears late of its first end, and twice of most; with another session and a resource. */
function life(namespace: string, client: string): string[] {
  const whose = { namespace, client, session: 'a' };
  const second = sessionConnected(whose, { time: `${DAY}12:01:00Z`, sequenceNumber: 2 });
  const late = sessionDisconnected(whose, 'ConnectionLost', { time: `${DAY}12:00:50Z`, sequenceNumber: 1 });
  return [
    sessionConnected(whose, { time: `${DAY}12:00:00Z`, sequenceNumber: 1 }),
    second,
    second,
    late,
    sessionConnected(whose, { time: `${DAY}11:59:00Z`, sequenceNumber: 0 }),
    clientUpdated(whose, `${DAY}12:02:00Z`, { floor: 3 }),
    sessionConnected({ ...whose, session: 'b' }, { time: `${DAY}12:03:00Z` }),
    sessionDisconnected(whose, 'ClientInitiatedDisconnect', { time: `${DAY}12:04:00Z`, sequenceNumber: 2 }),
    sessionDisconnected({ ...whose, session: 'b' }, 'ConnectionLost', { time: `${DAY}12:05:00Z` }),
  ];
}
const CAME_TO = [
  'session-connected client-online',
  'session-connected',
  'ignored: duplicate',
  'remembered',
  'ignored: stale',
  'client-registered',
  'session-connected',
  'session-disconnected',
  'session-disconnected client-offline',
];

/** Sends them in this order and waits until they are folded. */
async function lived(events: readonly string[]): Promise<void> {
  await test.hub.send([inArray(...events)]);
  await test.settled();
}

function cameTo(event: ReplayedEvent): string {
  switch (event.outcome) {
    case 'changed':
      return event.kinds.join(' ');
    case 'ignored':
      return `ignored: ${event.reason}`;
    default:
      return event.outcome;
  }
}

const historyOf = (namespace: string, client: string, options = {}) => Array.fromAsync(test.rollcall.history(namespace, client, options));
const after = ({ position }: ReplayedEvent) => ({ offsets: { [position.partition]: String(BigInt(position.offset) + 1n) } });

it('tells what happened to a client in fold order, with what was ignored, and why', async () => {
  const events = life('history', 'pump');
  await lived([...events, sessionConnected({ namespace: 'history', client: 'pump 2' })]);
  const history = await historyOf('history', 'pump');
  expect(history.map(cameTo)).toEqual(CAME_TO);
  expect(history.map(({ event }) => event)).toEqual(events.map((event) => JSON.parse(event)));
  expect(history.every(({ complete }) => complete)).toBe(true);

  const changes = test
    .topic('changes')
    .of('history', 'pump')
    .map((record) => decoded<Change>(record));
  const changed = history.filter(({ outcome }) => outcome === 'changed');
  expect(changed.map(({ position, client, session }) => ({ position, client, session }))).toEqual(
    changes.map(({ position, client, session }) => ({ position, client, session })),
  );

  const ofB = await historyOf('history', 'pump', { session: 'b' });
  expect(ofB.map(cameTo)).toEqual(['session-connected', 'session-disconnected client-offline']);
  const [, second, , , fifth] = history;
  const between = await historyOf('history', 'pump', { from: { offsets: second && after(second).offsets }, to: fifth && after(fifth) });
  expect(between).toEqual(history.slice(2, 5));
});

it('shows a client as it was, at each position and each time', async () => {
  await lived(life('at', 'pump'));
  const history = await historyOf('at', 'pump');
  for (const event of history) {
    const past = await test.rollcall.at(after(event), 'at', 'pump');
    expect(past).toMatchObject({ client: event.client, complete: true });
  }
  const last = history.at(-1);
  const { client, sessions } = (await test.rollcall.client('at', 'pump')) ?? {};
  expect(await test.rollcall.at({ time: last?.logTime ?? '' }, 'at', 'pump')).toEqual({ client, sessions, complete: true });
  expect(await test.rollcall.at({ time: new Date() }, 'at', 'pump')).toEqual({ client, sessions, complete: true });

  const first = history[0];
  const before = { offsets: { [first?.position.partition ?? 0]: first?.position.offset ?? '' } };
  expect(await test.rollcall.at(before, 'at', 'pump')).toBeUndefined();
  expect(await test.rollcall.at({ time: '2020-01-01T00:00:00Z' }, 'at', 'pump')).toBeUndefined();
});

it('shows all clients of a namespace as they were', async () => {
  const clients = Array.from({ length: 20 }, (_, n) => `client ${n}`);
  await lived(clients.map((client) => sessionConnected({ namespace: 'then', client }, { time: `${DAY}12:00:00Z` })));
  const events = await Array.fromAsync(test.rollcall.replay({ namespace: 'then' }));
  const connectedBy = events.reduce((latest, { logTime }) => (logTime > latest ? logTime : latest), '');
  // Some leave, and some more come, at log times after that.
  await eventually(() => expect(Date.now()).toBeGreaterThan(Date.parse(connectedBy) + 1));
  const leave = clients.filter((_, n) => n % 2 === 0);
  await lived([
    ...leave.map((client) => sessionDisconnected({ namespace: 'then', client }, 'ConnectionLost', { time: `${DAY}12:01:00Z` })),
    sessionConnected({ namespace: 'then', client: 'late' }),
    sessionConnected({ namespace: 'then too', client: 'other' }),
  ]);

  const then = await Array.fromAsync(test.rollcall.clientsAt({ time: connectedBy }, 'then'));
  expect(then.map(({ client }) => [client.client, client.presence])).toEqual([...clients].sort().map((client) => [client, 'online']));
  const now = await Array.fromAsync(test.rollcall.clientsAt({ time: new Date() }, 'then'));
  const listed = await test.rollcall.list({ namespace: 'then' });
  expect(now.map(({ client }) => client)).toEqual<ClientSnapshot[]>([...listed.clients]);
});

it('replays a namespace in the order of log times, and says how far it has come', async () => {
  const pumps = ['pump 1', 'pump 2', 'pump 3'];
  for (const pump of pumps) await lived(life('replayed', pump));
  const progress: Progress[] = [];
  const events = await Array.fromAsync(test.rollcall.replay({ namespace: 'replayed', onProgress: (some) => progress.push(some) }));
  expect(events.map(({ client }) => client?.client)).toEqual(pumps.flatMap((pump) => CAME_TO.map(() => pump)));
  expect(events.map(cameTo)).toEqual(pumps.flatMap(() => CAME_TO));
  const end = progress.at(-1);
  expect(end?.of).toBeGreaterThanOrEqual(events.length);
  expect(end?.read).toBe(end?.of);
});

it('tells of what the projector refused', async () => {
  const [good, bad] = [sessionConnected({ namespace: 'refused', client: 'pump' }), '{"specversion":"1.0"}'];
  await test.append([
    { namespace: 'refused', client: 'pump', value: bad },
    { namespace: 'refused', client: 'pump', value: good },
  ]);
  const history = await historyOf('refused', 'pump');
  expect(history).toMatchObject([
    { outcome: 'refused', reason: 'invalid-data' },
    { outcome: 'changed', client: { presence: 'online' } },
  ]);
});

it('shows the past on the command line', async () => {
  await lived(life('commanded', 'pump'));
  const history = await historyOf('commanded', 'pump');
  const [first, , , remembered] = history as [ReplayedEvent, ...ReplayedEvent[]];
  const at = ({ position }: ReplayedEvent) => `${position.partition}:${position.offset}`;

  const { stdout } = await test.command('history', 'commanded', 'pump');
  const rows = stdout.split('\n');
  expect(rows[0]).toMatch(/^POSITION +LOGGED +TIME +EVENT +SESSION +OUTCOME +CLIENT$/);
  expect(rows[1]).toMatch(
    new RegExp(
      `^${at(first)} +${first.logTime.replace('0000Z', 'Z')} +${DAY}12:00:00Z +SessionConnected 1 +a +session-connected client-online +online$`,
    ),
  );
  expect(rows[4]).toMatch(/SessionDisconnected 1 ConnectionLost +a +remembered +online$/);

  const then = (await test.command('at', at(first), 'client', 'commanded', 'pump')).stdout;
  expect(then).toMatch(/^client +commanded\/pump\npresence +online\nsince +2026-03-01T12:00:00\.0000000Z\n/);
  const past = await test.rollcall.at(after(first), 'commanded', 'pump');
  expect(await test.json('at', at(first), 'client', 'commanded', 'pump')).toEqual({
    ...past?.client,
    sessions: past?.sessions,
    complete: true,
  });
  expect((await test.command('at', first.logTime, 'clients', 'commanded')).stdout).toMatch(/^CLIENT .*\npump +\w+ /);

  const interval = ['--from', at(first), '--to', at(remembered ?? first)];
  const lines = (await test.command('replay', '--namespace', 'commanded', ...interval, '--json')).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(history.slice(0, 4));
});

it.each([
  {
    args: ['at', '2026-03-01T12:00Z', 'client', 'nowhere', 'nobody'],
    code: 1,
    says: 'no event of client nobody in namespace nowhere had been seen',
  },
  { args: ['history', 'nowhere', 'nobody'], code: 1, says: 'the log holds no such event of client nobody in namespace nowhere' },
  { args: ['at', 'noon', 'client', 'ns', 'pump'], code: 2, says: 'expected a time such as 2026-11-20T10:00Z, or positions such as' },
  { args: ['at', '2:0', 'client', 'ns', 'pump'], code: 2, says: 'the place names no offset of partition 1' },
  { args: ['at', '2026-03-01T12:00Z', 'client', 'ns'], code: 2, says: 'name the client, after its namespace' },
  { args: ['replay', '--client', 'pump'], code: 2, says: '--client needs its --namespace' },
])('says in a line what is wrong with $args', async ({ args, code, says }) => {
  const { stderr, ...result } = await test.command(...args);
  expect(result).toEqual({ code, stdout: '' });
  expect(stderr).toMatch(/^rollcall: .*\n$/);
  expect(stderr).toContain(says);
});
