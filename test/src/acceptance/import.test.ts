import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { clientDeleted, clientUpdated, sessionConnected } from './life-cycle-events.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';

const stack = inject('stack');
const test = new RollcallUnderTest(stack);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rollcall-import-'));
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const [CREATED, MODIFIED, LATER] = ['2026-03-01T08:00:00.0000000Z', '2026-03-02T08:00:00.0000000Z', '2026-03-03T08:00:00.0000000Z'];

interface Listed {
  readonly state?: string;
  readonly attributes?: object | null;
  readonly lastModifiedAt?: string;
}

/** A client as Azure's command line prints it. */
function listed(namespace: string, name: string, { state = 'Enabled', attributes = null, lastModifiedAt = MODIFIED }: Listed = {}) {
  return {
    ...{ attributes, authenticationName: name, clientCertificateAuthentication: { validationScheme: 'DnsMatchesAuthenticationName' } },
    description: null,
    id: `/subscriptions/1b2c/resourceGroups/rg/providers/Microsoft.EventGrid/namespaces/${namespace}/clients/${name}`,
    ...{ name, provisioningState: 'Succeeded', resourceGroup: 'rg', state },
    systemData: {
      createdAt: CREATED.replace('0000000Z', '000000+00:00'),
      lastModifiedAt: lastModifiedAt.replace('0000000Z', '000000+00:00'),
    },
    type: 'Microsoft.EventGrid/namespaces/clients',
  };
}

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return file;
}

const clientOf = async (namespace: string, client: string) => (await test.rollcall.client(namespace, client))?.client;
const kindsOf = (namespace: string, client: string) =>
  test
    .topic('changes')
    .of(namespace, client)
    .map(({ value }) => (JSON.parse(String(value)) as { kinds: string[] }).kinds);

it('lists the clients that Event Grid knows and no event has told of, once however often they are imported', async () => {
  const namespace = 'import';
  const file = await fileOf('clients.json', [
    listed(namespace, 'quiet', { state: 'Disabled', attributes: { floor: 3 } }),
    listed(namespace, 'connected'),
  ]);
  await test.hub.send([inArray(sessionConnected({ namespace, client: 'connected' }))]);
  await eventually(async () => expect((await clientOf(namespace, 'connected'))?.presence).toBe('online'));

  expect(await test.command('import', file, '--dry-run')).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: `${file}:1  would be registered  import/quiet\n${file}:2  would be registered  import/connected\n2 of 2 clients would be registered\n`,
  });
  await test.settled();
  expect(await clientOf(namespace, 'quiet')).toBeUndefined();

  for (const _ of ['once', 'twice']) {
    expect(await test.command('import', file)).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: `${file}:1  registered  import/quiet\n${file}:2  registered  import/connected\n2 of 2 clients registered\n`,
    });
  }
  await eventually(() => expect(test.topic('events').of(namespace, 'quiet')).toHaveLength(2));
  await test.settled();
  expect(kindsOf(namespace, 'quiet')).toEqual([['client-registered']]);
  expect(kindsOf(namespace, 'connected')).toEqual([['session-connected', 'client-online'], ['client-registered']]);
  expect(await clientOf(namespace, 'quiet')).toMatchObject({
    ...{ presence: 'unknown', exists: 'yes', state: 'Disabled', attributes: { floor: 3 } },
    ...{
      createdOn: CREATED,
      updatedOn: MODIFIED,
      source: '/subscriptions/1b2c/resourceGroups/rg/providers/Microsoft.EventGrid/namespaces/import',
    },
  });
  expect(await clientOf(namespace, 'connected')).toMatchObject({ presence: 'online', exists: 'yes' });
  const page = await test.rollcall.list({ namespace, presence: 'unknown', exists: 'yes' }, { limit: 10 });
  expect(page.clients.map(({ client }) => client)).toEqual(['quiet']);
  expect(test.topic('events').of(namespace, 'quiet')[0]?.headers['redriven']).toBe('clients.json');
});

it('never overrides what is newer: an update, a deletion', async () => {
  const namespace = 'import-newer';
  const whose = (client: string) => ({ namespace, client });
  await test.hub.send([
    inArray(clientUpdated(whose('updated'), CREATED, { floor: 4 }, { time: LATER })),
    inArray(clientDeleted(whose('deleted'), { time: LATER })),
    inArray(clientUpdated(whose('older'), CREATED, { floor: 1 }, { time: CREATED })),
  ]);
  await eventually(async () => expect(await clientOf(namespace, 'older')).toMatchObject({ attributes: { floor: 1 } }));
  const file = await fileOf(
    'newer.json',
    ['updated', 'deleted', 'older'].map((name) => listed(namespace, name, { attributes: { floor: 2 } })),
  );
  expect((await test.command('import', file)).stdout).toMatch(/\n3 of 3 clients registered\n$/);
  await eventually(async () => expect(await clientOf(namespace, 'older')).toMatchObject({ attributes: { floor: 2 }, updatedOn: MODIFIED }));
  await test.settled();
  expect(await clientOf(namespace, 'updated')).toMatchObject({ attributes: { floor: 4 }, updatedOn: LATER });
  expect(await clientOf(namespace, 'deleted')).toMatchObject({ exists: 'no', deletedAt: LATER });
});

it('reports entries that are no client, and takes their neighbours', async () => {
  const namespace = 'import-bad';
  const [before, after] = [listed(namespace, 'before'), listed(namespace, 'after')];
  const future = listed(namespace, 'future', { lastModifiedAt: '2099-01-01T00:00:00.0000000Z' });
  const long = listed(namespace, 'x'.repeat(129));
  const file = await fileOf('bad.json', [before, { nextToken: 'a' }, null, 'after', long, future, after]);
  const { code, stdout } = await test.command('import', file);
  expect([code, stdout.replaceAll(`${file}:`, '')]).toEqual([
    0,
    expect.stringMatching(
      /^1 {2}registered {2}import-bad\/before\n2 {2}refused: invalid-data {2}id: .*\n3 {2}refused: invalid-data {2}not a JSON object.*\n4 {2}refused: invalid-data {2}not a JSON object.*\n5 {2}refused: invalid-data {2}data\.clientAuthenticationName: .*\n6 {2}refused: time-in-future {2}time: .*\n7 {2}registered {2}import-bad\/after\n2 of 7 clients registered\n$/,
    ),
  ]);
  await eventually(async () => {
    expect(await Promise.all(['before', 'after'].map((name) => clientOf(namespace, name)))).toMatchObject([
      { exists: 'yes' },
      { exists: 'yes' },
    ]);
  });
});

it('has the namespace that it is told, else the name that the source was given', async () => {
  const file = await fileOf('named.json', {
    value: [{ ...listed('anywhere', 'named'), properties: { state: 'Disabled' } }],
    nextLink: null,
  });
  const source = '/subscriptions/1b2c/resourceGroups/rg/providers/Microsoft.EventGrid/namespaces/anywhere';
  const named = new RollcallUnderTest({ ...stack, env: { ...stack.env, SOURCES: `${source}=by source` } });
  expect(await named.json('import', file)).toMatchObject({ client: 1, admitted: ['by source/named'], refused: [] });
  expect(await named.json('import', file, '--namespace', 'as told')).toMatchObject({ client: 1, admitted: ['as told/named'], refused: [] });
  await named[Symbol.asyncDispose]();
  for (const namespace of ['by source', 'as told']) {
    await eventually(async () => expect(await clientOf(namespace, 'named')).toMatchObject({ exists: 'yes', state: 'Disabled' }));
  }
  expect(await clientOf('anywhere', 'named')).toBeUndefined();
});

it.each([
  { content: '[{', says: 'is not JSON; name a file with what az eventgrid namespace client list prints' },
  { content: '"clients"', says: 'holds no list of clients; ' },
  { content: '{"value":[],"nextLink":"https://example.org"}', says: 'is one page of several (it has a nextLink); ' },
])('says in a line what is wrong with a file of $content', async ({ content, says }) => {
  const file = await fileOf('wrong.json', content);
  const { stderr, ...result } = await test.command('import', file);
  expect(result).toEqual({ code: 2, stdout: '' });
  expect(stderr.startsWith(`rollcall: ${file} ${says}`)).toBe(true);
});
