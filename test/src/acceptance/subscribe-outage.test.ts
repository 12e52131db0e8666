import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TableEntry } from '@rollcall/client';
import { type StartedStack, startStack } from '@rollcall/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';

let stack: StartedStack;
let test: RollcallUnderTest;
beforeAll(async () => {
  stack = await startStack({ parts: ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest', 'projector'], env: { OFFLINE_GRACE: '1h' } });
  test = new RollcallUnderTest(stack);
});
afterAll(async () => {
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `sensor-${from + n}`);

async function connect(namespace: string, clients: readonly string[]): Promise<void> {
  await test.hub.send(clients.map((client) => inArray(sessionConnected({ namespace, client }))));
}

it('goes on by itself, with each change once, when Kafka was killed in the middle', { timeout: 120_000 }, async () => {
  const stop = new AbortController();
  const retries: string[] = [];
  const seen: string[] = [];
  const feed = test.rollcall.changes({ namespace: 'outage', signal: stop.signal, onRetry: ({ name }) => retries.push(name) });
  await feed.ready();
  const reading = (async () => {
    for await (const { client } of feed) seen.push(client.client);
  })();
  const first = connect('outage', names(0, 500));
  await eventually(() => expect(seen.length).toBeGreaterThan(0));
  await stack.part('kafka').kill('SIGKILL');
  await first;
  await eventually(() => expect(retries).toContain('LogUnavailable'));
  await connect('outage', names(500, 600));
  await stack.part('kafka').start();
  await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(600), 60_000);
  await connect('outage', names(600, 601));
  await eventually(() => expect(seen).toContain('sensor-600'));
  stop.abort();
  await reading;
  expect(seen.toSorted()).toEqual(names(0, 601).toSorted());
});

it('waits with a table until the snapshots are restored', { timeout: 120_000 }, async () => {
  await connect('restored', names(0, 100));
  // What `settled` sends may overtake them: Event Hubs has partitions of its own.
  await eventually(async () => expect(await test.rollcall.counts('restored')).toMatchObject([{ clients: 100 }]));
  await test.settled();
  await stack.part('projector').kill('SIGKILL');
  const metas = Array.from({ length: PARTITIONS }, (_, partition) => `rollcall:{1:${partition}}:meta`);
  await promisify(execFile)('redis-cli', ['-p', String(stack.ports.redis), 'DEL', ...metas]);

  const told: string[] = [];
  const entries: TableEntry[] = [];
  const stop = new AbortController();
  const reading = (async () => {
    for await (const entry of test.rollcall.table({ namespace: 'restored', signal: stop.signal, onRetry: ({ name }) => told.push(name) })) {
      entries.push(entry);
      if (entry.type === 'complete') stop.abort();
    }
  })();
  await eventually(() => expect(told).toContain('SnapshotsBehind'));
  expect(entries).toEqual([]);
  await stack.part('projector').start();
  await reading;
  const rows = entries.flatMap((entry) => (entry.type === 'row' ? [entry.client.client] : []));
  expect(rows).toEqual(names(0, 100).toSorted());
});
