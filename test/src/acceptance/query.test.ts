import { type ListFilter, type ListOptions, SnapshotsBehind } from '@rollcall/client';
import type { Change } from '@rollcall/schema';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { clientDeleted, clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
const { rollcall } = test;
afterAll(() => test[Symbol.asyncDispose]());

const at = (minute: number) => `2026-03-01T12:${String(minute).padStart(2, '0')}:00.5000000Z`;

/** The last change of a client, once there are so many. */
function changeOf(namespace: string, client: string, count: number): Promise<Change> {
  return eventually(() => {
    const changes = test.topic('changes').of(namespace, client);
    expect(changes.length).toBe(count);
    return decoded<Change>(changes.at(-1) as (typeof changes)[number]);
  });
}

it('reads its own write: what a change tells is in Redis for who asks for at least its position', async () => {
  const whose = { namespace: 'own writes', client: 'pump' };
  for (let number = 1; number <= 10; number++) {
    await test.hub.send([inArray(sessionConnected(whose, { time: at(number), sequenceNumber: number }))]);
    const { position } = await changeOf(whose.namespace, whose.client, number);
    const view = await rollcall.client(whose.namespace, whose.client, { atLeast: position });
    expect(view?.sessions.map(({ sequenceNumber }) => sequenceNumber)).toEqual([String(number)]);
    expect(view?.client.offset).toBe(position.offset);
  }
});

it('says that Redis is behind, where what is asked for does not come in time', async () => {
  const asked = rollcall.counts(undefined, { atLeast: { partition: 0, offset: 2n ** 62n }, timeout: 200 });
  await expect(asked).rejects.toThrow(SnapshotsBehind);
  expect(await test.command('counts', '--at-least', '0:4611686018427387904', '--timeout', '200ms')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /^rollcall: partition 0 of the snapshots did not come to offset 4611686018427387904 within 200 ms: .+\n$/,
    ),
  });
  expect(await test.command('client', 'own writes', 'pump', '--at-least', 'two')).toMatchObject({ code: 2 });
});

describe('a fleet', () => {
  const namespace = 'listed';
  const FLEET = 120;
  const whose = (n: number) => ({ namespace, client: `${n % 2 === 0 ? 'pump' : 'valve'}-${String(n).padStart(3, '0')}` });
  const names = (holds: (n: number) => boolean) =>
    Array.from({ length: FLEET }, (_, n) => n)
      .filter(holds)
      .map((n) => whose(n).client)
      .sort();
  /** A third is offline, half of it for each reason; every fifth is registered, every tenth of all was deleted again. */
  const isOffline = (n: number) => n % 3 === 0;
  const reason = (n: number) => (n % 2 === 0 ? 'ConnectionLost' : 'ClientError');
  const isRegistered = (n: number) => n % 5 === 0 && n % 10 !== 0;

  beforeAll(async () => {
    const events = Array.from({ length: FLEET }, (_, n) => [
      isOffline(n) ? sessionDisconnected(whose(n), reason(n), { time: at(n % 60) }) : sessionConnected(whose(n), { time: at(n % 60) }),
      ...(n % 5 === 0 ? [clientUpdated(whose(n), at(0), { floor: n % 7 }, { time: at(0) })] : []),
      ...(n % 10 === 0 ? [clientDeleted(whose(n), { time: at(59) })] : []),
    ]).flat();
    await test.hub.send(events.map((event) => inArray(event)));
    await test.settled();
    await eventually(async () => expect((await rollcall.counts(namespace))[0]?.exists).toEqual({ yes: 12, no: 12, unknown: 96 }));
  });

  const pages = async (filter: Omit<ListFilter, 'namespace'>, options: ListOptions = {}) => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await rollcall.list({ namespace, ...filter }, { limit: 7, ...options, cursor });
      found.push(...page.clients.map(({ client }) => client));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };

  it('is asked for many clients at once, in the order asked for', async () => {
    const ids = [...Array.from({ length: FLEET }, (_, n) => whose(n)).reverse(), { namespace, client: 'never seen' }];
    const views = await rollcall.clients(ids);
    expect(views.map((view) => view?.client.client)).toEqual([...ids.slice(0, -1).map(({ client }) => client), undefined]);
    expect(views.at(0)?.sessions).toHaveLength(1);
  });

  it('is listed by any filters, page by page, by name', async () => {
    expect(await pages({})).toEqual(names(() => true));
    expect(await pages({ presence: 'online' })).toEqual(names((n) => !isOffline(n)));
    expect(await pages({ reason: 'ClientError', confirmed: false })).toEqual(names((n) => isOffline(n) && reason(n) === 'ClientError'));
    expect(await pages({ confirmed: true })).toEqual([]);
    expect(await pages({ state: 'Enabled', presence: 'offline' })).toEqual(names((n) => isRegistered(n) && isOffline(n)));
    expect(await pages({ exists: 'no', prefix: 'pump-00' })).toEqual(['pump-000']);
    expect(await pages({ since: { after: at(50) }, presence: 'offline' }, { order: 'name' })).toEqual(
      names((n) => isOffline(n) && n % 60 >= 50),
    );
  });

  it('is listed by since, over all partitions, the longest first', async () => {
    const found = await pages({ presence: 'offline', since: { after: at(30), before: at(45) } });
    const minutes = [30, 33, 36, 39, 42];
    expect(found).toEqual(minutes.flatMap((minute) => [minute, minute + 60].map((n) => whose(n).client).sort()));
    expect(await pages({}, { order: 'since' })).toHaveLength(FLEET);
  });

  it('is counted', async () => {
    expect(await rollcall.counts(namespace)).toEqual([
      {
        namespace,
        clients: FLEET,
        presence: { online: 80, offline: 40, unknown: 0 },
        offlineConfirmed: 0,
        reason: { ConnectionLost: 20, ClientError: 20 },
        exists: { yes: 12, no: 12, unknown: 96 },
        state: { Enabled: 12 },
      },
    ]);
    expect(await rollcall.namespaces()).toContain(namespace);
    expect(await test.json('namespaces')).toContain(namespace);
  });

  it('is listed by the command line, a line for each client to its end', async () => {
    const { stdout } = await test.command('clients', namespace, '--reason', 'ConnectionLost', '--pending', '--all', '--json');
    const clients = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { client: string });
    expect(clients.map(({ client }) => client)).toEqual(names((n) => isOffline(n) && reason(n) === 'ConnectionLost'));
    const since = ['--presence', 'offline', '--since-after', at(57), '--order', 'since'];
    expect((await test.command('clients', namespace, ...since)).stdout).toMatch(/^CLIENT .*\nvalve-057 .*\nvalve-117 .*\n$/);
    expect(await test.command('clients', namespace, '--since-after', 'yesterday')).toMatchObject({ code: 2 });
  });
});
