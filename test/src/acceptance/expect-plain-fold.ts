import type { ListFilter } from '@rollcall/client';
import type { ClientSnapshot, Presence, StateMemoryJson, StoredSession } from '@rollcall/schema';
import { expect, vi } from 'vitest';
import { type ExpectedClient, withoutOffset } from './plain-fold.ts';
import { eventually, type RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded } from './topic-feed.ts';

/** Waits until everything that was sent is folded, then holds a whole namespace against the plain fold: every client and session in
 *  Redis, the lists by presence and reason, the counts, and the last record of each client in `rollcall.state`. */
export async function expectPlainFold(test: RollcallUnderTest, namespace: string, expected: Expected): Promise<void> {
  await expectSnapshots(test, namespace, expected);
  await expectState(test, namespace, expected);
}

type Expected = ReadonlyMap<string, ExpectedClient>;

/** What Redis has. */
export async function expectSnapshots(test: RollcallUnderTest, namespace: string, expected: Expected): Promise<void> {
  const snapshots = [...expected.values()].map(({ client }) => client);
  const wanted = [...expected.values()].map(({ client, sessions }) => ({ client, sessions }));
  const inRedis = async () => {
    const views = await Promise.all(snapshots.map(({ client }) => test.rollcall.client(namespace, client)));
    return views.map((view) => view && { client: withoutOffset(view.client), sessions: view.sessions.map(withoutOffset) });
  };
  await vi.waitFor(async () => expect(await inRedis()).toEqual(wanted), { timeout: 60_000, interval: 500 });

  for (const presence of ['online', 'offline', 'unknown'] as const) {
    const listed = await listAll(test, { namespace, presence });
    expect(listed).toEqual(names(snapshots.filter((client) => client.presence === presence)));
  }
  const reasons = new Set(snapshots.flatMap(({ disconnectionReason: reason }) => (reason === undefined ? [] : [reason])));
  for (const reason of reasons) {
    const listed = await listAll(test, { namespace, reason });
    expect(listed).toEqual(names(snapshots.filter((client) => client.disconnectionReason === reason)));
  }
  const count = (holds: (client: (typeof snapshots)[number]) => boolean) => snapshots.filter(holds).length;
  const countOf = (presence: Presence) => count((client) => client.presence === presence);
  const isThere = snapshots.filter(({ exists }) => exists === 'yes');
  expect(await test.rollcall.counts(namespace)).toEqual([
    {
      namespace,
      clients: snapshots.length,
      presence: { online: countOf('online'), offline: countOf('offline'), unknown: countOf('unknown') },
      offlineConfirmed: count(({ offlineConfirmed }) => offlineConfirmed),
      reason: Object.fromEntries([...reasons].map((reason) => [reason, count((client) => client.disconnectionReason === reason)])),
      exists: { yes: isThere.length, no: count(({ exists }) => exists === 'no'), unknown: count(({ exists }) => exists === 'unknown') },
      state: Object.fromEntries([...Map.groupBy(isThere, ({ state = '' }) => state)].map(([state, { length }]) => [state, length])),
    },
  ]);
}

async function expectState(test: RollcallUnderTest, namespace: string, expected: Expected): Promise<void> {
  await eventually(() => {
    for (const { client, state } of expected.values()) {
      const last = test.topic('state').of(namespace, client.client).at(-1);
      const record = last && decoded<{ client: { offset: string }; memory: StateMemoryJson; sessions: StoredSession[] }>(last);
      expect(record && withoutOffset(record.client)).toEqual(client);
      expect(record && { memory: record.memory, sessions: record.sessions.map(withoutOffset) }).toEqual(state);
    }
  });
}

/** Page after page; fails where a client is listed twice. */
async function listAll({ rollcall }: RollcallUnderTest, filter: ListFilter): Promise<string[]> {
  const clients: ClientSnapshot[] = [];
  let cursor: string | undefined;
  do {
    const page = await rollcall.list(filter, { limit: 37, cursor });
    clients.push(...page.clients);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return names(clients);
}

function names(clients: readonly { readonly client: string }[]): string[] {
  return clients.map(({ client }) => client).sort();
}
