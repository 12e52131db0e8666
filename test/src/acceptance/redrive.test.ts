import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DeadLetter, Rollcall } from '@rollcall/client';
import { type LogOptions, LogWriter } from '@rollcall/log';
import { clientKey, partitionOf } from '@rollcall/schema';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { binary, eventGridSchema, inArray } from './event-hub.ts';
import { clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';

const NAMESPACE = 'redrive';
const stack = inject('stack');
const test = new RollcallUnderTest(stack);
/** Rollcall as somebody has it who forgives clocks an hour. */
const patient = new Rollcall({
  redisUrl: stack.redisUrl,
  kafka: { brokers: [stack.kafkaBrokers] },
  admission: { maxClockAhead: 3_600_000 },
});
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rollcall-redrive-'));
});
afterAll(async () => {
  await patient.close();
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const inTenMinutes = () => new Date(Date.now() + 600_000).toISOString();
const connected = (client: string, time?: string) => sessionConnected({ namespace: NAMESPACE, client }, time === undefined ? {} : { time });

/** The letters that hold these bytes. */
async function lettersOf(original: string | Buffer): Promise<DeadLetter[]> {
  const letters = await test.rollcall.deadLetters.list({ limit: 10_000 });
  return letters.filter((letter) => letter.original === Buffer.from(original).toString('base64'));
}

/** What is sent becomes one letter. */
async function letterOf(original: string | Buffer): Promise<DeadLetter> {
  return eventually(async () => {
    const [letter, ...others] = await lettersOf(original);
    if (letter === undefined || others.length > 0) throw new Error(`${others.length} letters, and the one that is asked for`);
    return letter;
  });
}

async function redriven(rollcall: Rollcall, ...letters: readonly DeadLetter[]) {
  return Array.fromAsync(rollcall.deadLetters.redrive({ positions: letters.map(({ position }) => position) }));
}

const kindsOf = (client: string) =>
  test
    .topic('changes')
    .of(NAMESPACE, client)
    .map(({ value }) => (JSON.parse(String(value)) as { kinds: string[] }).kinds);

it('takes in what ingest’s parser admits now, once however often it is redriven, and leaves the letter where it is', async () => {
  const event = connected('ahead', inTenMinutes());
  await test.hub.send([inArray(event)]);
  const letter = await letterOf(event);
  expect(letter).toMatchObject({ reason: 'time-in-future', key: clientKey(NAMESPACE, 'ahead') });

  const verdict = { position: letter.position, admitted: [clientKey(NAMESPACE, 'ahead')], refused: [] };
  expect(await redriven(patient, letter)).toEqual([verdict]);
  expect(await redriven(patient, letter)).toEqual([verdict]);

  await eventually(() => expect(test.topic('events').of(NAMESPACE, 'ahead')).toHaveLength(2));
  await test.settled();
  expect(kindsOf('ahead')).toEqual([['session-connected', 'client-online']]);
  expect(await lettersOf(event)).toEqual([letter]);
  const [logged] = test.topic('events').of(NAMESPACE, 'ahead');
  expect(String(logged?.value)).toBe(event);
  expect(logged?.headers).toEqual({
    'content-type': 'application/cloudevents+json; charset=UTF-8',
    'hub-enqueued-time': letter.from['hub-enqueued-time'],
    redriven: `rollcall.dead-letters:${letter.position.partition}:${letter.position.offset}`,
  });
});

it('says why what is still refused is refused now, and writes no second letter', async () => {
  const future = connected('still ahead', inTenMinutes());
  const bytes = Buffer.from([0xff, 0xfe, 0x00]);
  await test.hub.send([inArray(future), { body: bytes }]);
  const [ahead, noText] = [await letterOf(future), await letterOf(bytes)];

  expect(await redriven(test.rollcall, ahead, noText)).toEqual([
    { position: ahead.position, admitted: [], refused: [{ reason: 'time-in-future', detail: ahead.detail }] },
    { position: noText.position, admitted: [], refused: [{ reason: 'not-json', detail: 'not UTF-8' }] },
  ]);
  await test.settled();
  expect(test.topic('events').of(NAMESPACE, 'still ahead')).toEqual([]);
  expect([await lettersOf(future), await lettersOf(bytes)]).toEqual([[ahead], [noText]]);
});

it('takes in an event in binary mode with its attributes', async () => {
  const { body, ...message } = binary(connected('binary', inTenMinutes()), 'cloudEvents:');
  await test.hub.send([{ body, ...message }]);
  await redriven(patient, await letterOf(body));
  await eventually(() => expect(kindsOf('binary')).toEqual([['session-connected', 'client-online']]));
});

it('puts what the projector refused for its key under the client’s own', async () => {
  const event = connected('keyless');
  const log: LogOptions = { brokers: [stack.kafkaBrokers], prefix: 'rollcall', clientId: 'stranger', retries: 5, logger: { debug() {} } };
  const stranger = new LogWriter(log);
  await stranger.append([{ topic: 'rollcall.events', partition: 1, key: 'keyless', value: event }]);
  await stranger.close();
  const letter = await letterOf(event);
  expect(letter.from).toMatchObject({ topic: 'rollcall.events', partition: '1' });

  expect(await redriven(test.rollcall, letter)).toMatchObject([{ admitted: [clientKey(NAMESPACE, 'keyless')] }]);
  await eventually(() => expect(kindsOf('keyless')).toEqual([['session-connected', 'client-online']]));
  const [{ partition } = { partition: -1 }] = test.topic('events').of(NAMESPACE, 'keyless');
  expect(partition).toBe(partitionOf(clientKey(NAMESPACE, 'keyless'), PARTITIONS));
});

it('lists the newest that match, between two times, in the order in which they came', async () => {
  const began = new Date().toISOString();
  for (const n of [1, 2, 3]) {
    await test.hub.send([inArray(JSON.stringify({ listed: n })), inArray(connected(`listed ${n}`, inTenMinutes()))]);
    await letterOf(JSON.stringify({ listed: n }));
  }
  const ours = { reason: 'not-cloudevent', from: { time: began } };
  const all = await test.rollcall.deadLetters.list(ours);
  const texts = (letters: readonly DeadLetter[]) => letters.map(({ original }) => Buffer.from(original, 'base64').toString());
  expect(texts(all)).toEqual(['{"listed":1}', '{"listed":2}', '{"listed":3}']);
  expect(texts(await test.rollcall.deadLetters.list({ ...ours, limit: 2 }))).toEqual(['{"listed":2}', '{"listed":3}']);
  const [, second] = all;
  const upTo = await test.rollcall.deadLetters.list({ ...ours, to: { time: second?.time ?? '' } });
  expect(texts(upTo)).toEqual(['{"listed":1}', '{"listed":2}']);
  const last = all.at(-1)?.position ?? { partition: 0, offset: '0' };
  const before = await test.rollcall.deadLetters.list({ ...ours, to: { offsets: { [last.partition]: last.offset } } });
  expect(texts(before)).not.toContain('{"listed":3}');

  const oldestTwo = await Array.fromAsync(test.rollcall.deadLetters.redrive({ ...ours, limit: 2, dryRun: true }));
  expect(oldestTwo.map(({ position }) => position)).toEqual(all.slice(0, 2).map(({ position }) => position));
});

/** A letter that is there for a time in the future, and how the command line names it. */
async function commandedLetter(client: string) {
  const event = connected(client, inTenMinutes());
  await test.hub.send([inArray(event)]);
  const letter = await letterOf(event);
  return { event, letter, at: `${letter.position.partition}:${letter.position.offset}` };
}

it('shows letters on the command line', async () => {
  const began = new Date().toISOString();
  const { event, letter, at } = await commandedLetter('shown');
  const mine = ['--reason', 'time-in-future', '--from', began];
  expect((await test.command('dead-letters', 'list', ...mine)).stdout).toMatch(
    new RegExp(`^POSITION +TIME +REASON +CLIENT +DETAIL\n${at} +${letter.time} +time-in-future +redrive/shown +time: .* is ahead of .*\n$`),
  );
  expect(await test.json('dead-letters', 'list', ...mine)).toEqual(letter);
  const shown = (await test.command('dead-letters', 'show', at)).stdout;
  expect(shown).toContain(`hub-enqueued-time    ${letter.from['hub-enqueued-time']}`);
  expect(shown.endsWith(`\n\n${event}\n`)).toBe(true);
  expect((await test.command('dead-letters', 'show', at, '--raw')).stdout).toBe(event);
});

it('redrives letters from the command line, by the settings of ingest', async () => {
  const { letter, at } = await commandedLetter('commanded');
  const from = ['--reason', 'time-in-future', '--from', letter.time];
  const forgiving = new RollcallUnderTest({ ...stack, env: { ...stack.env, MAX_CLOCK_AHEAD: '1h' } });
  expect((await test.command('dead-letters', 'redrive', at)).stdout).toBe(
    `${at}  still refused: time-in-future  ${letter.detail}\n0 of 1 letters redriven\n`,
  );
  expect((await forgiving.command('dead-letters', 'redrive', ...from, '--dry-run')).stdout).toBe(
    `${at}  would be redriven  redrive/commanded\n1 of 1 letters would be redriven\n`,
  );
  await test.settled();
  expect(test.topic('events').of(NAMESPACE, 'commanded')).toEqual([]);
  expect((await forgiving.command('dead-letters', 'redrive', at)).stdout).toBe(
    `${at}  redriven  redrive/commanded\n1 of 1 letters redriven\n`,
  );
  await forgiving[Symbol.asyncDispose]();
  await eventually(() => expect(kindsOf('commanded')).toHaveLength(1));
});

it('takes in the blobs in which Event Grid keeps what it could not deliver', async () => {
  const published = new Date(Date.now() - 86_400_000).toISOString();
  const undelivered = (client: string, time: string) =>
    connected(client, time).replace(
      /}$/,
      `,"deadletterreason":"MaxDeliveryAttemptsExceeded","deliveryattempts":30,"lastdeliveryoutcome":"NotFound","publishtime":"${published}"}`,
    );
  const [good, ahead] = [undelivered('undelivered', published), undelivered('undelivered too', inTenMinutes())];
  const blob = path.join(folder, '5c2b.json');
  await writeFile(blob, `[${good},${ahead}]`);

  for (const _ of ['once', 'twice']) {
    const { code, stdout } = await test.command('redrive', blob);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^\S+5c2b.json:1 {2}redriven {2}redrive\/undelivered\n\S+5c2b.json:2 {2}still refused: time-in-future {2}.*\n$/,
      ),
    ]);
  }
  await eventually(() => expect(test.topic('events').of(NAMESPACE, 'undelivered')).toHaveLength(2));
  await test.settled();
  expect(kindsOf('undelivered')).toEqual([['session-connected', 'client-online']]);
  const [logged] = test.topic('events').of(NAMESPACE, 'undelivered');
  expect([String(logged?.value), logged?.headers['redriven']]).toEqual([good, '5c2b.json']);
  expect((await test.rollcall.client(NAMESPACE, 'undelivered'))?.client.since).toContain(published.slice(0, -1));
});

/** Letters as versions wrote them that were less tolerant: the bytes, and why. */
async function refusedBefore(letters: readonly { readonly reason: string; readonly original: string; readonly key: string | null }[]) {
  const log: LogOptions = { brokers: [stack.kafkaBrokers], prefix: 'rollcall', clientId: 'older', retries: 5, logger: { debug() {} } };
  const older = new LogWriter(log);
  await older.append(
    letters.map(({ reason, original, key }) => ({
      topic: 'rollcall.dead-letters',
      partition: partitionOf(key ?? '0', PARTITIONS),
      key,
      value: original,
      headers: { reason, detail: 'data.x: no', hub: 'lifecycle', 'hub-element': '0', 'hub-enqueued-time': new Date().toISOString() },
    })),
  );
  await older.close();
}

it('brings back, in one go, what older versions refused and this one admits', async () => {
  const began = new Date().toISOString();
  const session = (client: string) => ({ namespace: NAMESPACE, client });
  const key = (client: string) => clientKey(NAMESPACE, client);
  const [later, now] = [new Date().toISOString(), new Date(Date.now() - 1_000).toISOString()];
  const noReason = sessionDisconnected(session('no reason'), 'x', { time: later }).replace(
    '"disconnectionReason":"x"',
    '"disconnectionReason":null',
  );
  const noName = clientUpdated(session('no name'), now, {}).replace('"clientName":"no name",', '');
  const noId = connected('no id').replace('"id"', '"ID"');
  const otherSchema = eventGridSchema(connected('other schema'));
  const stillBad = connected('still bad').replace('"sequenceNumber":1', '"sequenceNumber":"one"');
  await refusedBefore([
    { reason: 'invalid-data', original: noReason, key: key('no reason') },
    { reason: 'invalid-data', original: noName, key: key('no name') },
    { reason: 'not-cloudevent', original: noId, key: key('no id') },
    { reason: 'not-cloudevent', original: otherSchema, key: key('other schema') },
    { reason: 'invalid-data', original: stillBad, key: key('still bad') },
  ]);
  await test.hub.send([inArray(sessionConnected(session('no reason'), { time: now }))]);
  await eventually(() => expect(kindsOf('no reason')).toHaveLength(1));

  const { code, stdout } = await test.command('dead-letters', 'redrive', '--from', began);
  expect(code).toBe(0);
  for (const client of ['no reason', 'no name', 'no id', 'other schema']) expect(stdout).toContain(`  redriven  ${key(client)}\n`);
  expect(stdout).toMatch(/ {2}still refused: invalid-data {2}data\.sequenceNumber: expected an int64/);
  await eventually(async () => {
    const views = await test.rollcall.clients(['no reason', 'no name', 'no id', 'other schema'].map(session));
    expect(views.map((view) => view?.client)).toMatchObject([
      { presence: 'offline', disconnectionReason: 'Unknown' },
      { exists: 'yes', clientName: 'no name' },
      { presence: 'online' },
      { presence: 'online', source: JSON.parse(connected('any')).source },
    ]);
  });
  expect(test.topic('events').of(NAMESPACE, 'still bad')).toEqual([]);
});

it('redrives every letter that matches, unless it is told a limit', async () => {
  const began = new Date().toISOString();
  const originals = Array.from({ length: 130 }, (_, n) => connected(`one of many ${n}`).replace('"id"', '"ID"'));
  await refusedBefore(originals.map((original) => ({ reason: 'not-cloudevent', original, key: null })));
  const chosen = ['dead-letters', 'redrive', '--dry-run', '--reason', 'not-cloudevent', '--from', began];
  expect((await test.command(...chosen)).stdout).toMatch(/\n130 of 130 letters would be redriven\n$/);
  expect((await test.command(...chosen, '--limit', '7')).stdout).toMatch(
    /\n7 of 7 letters would be redriven; there may be more, --limit raises their number\n$/,
  );
});

it('takes in such blobs in the Event Grid schema too, their arrival being the publishTime', async () => {
  const published = new Date(Date.now() - 86_400_000).toISOString();
  const why = {
    ...{ deadLetterReason: 'MaxDeliveryAttemptsExceeded', deliveryAttempts: 30, lastDeliveryOutcome: 'NotFound' },
    ...{ publishTime: published, lastDeliveryAttemptTime: new Date().toISOString() },
  };
  const undelivered = (client: string, time: string) => JSON.stringify({ ...JSON.parse(eventGridSchema(connected(client, time))), ...why });
  const blob = path.join(folder, 'event-grid-schema.json');
  // Ten minutes after its arrival is in the future, a day ago as well as now.
  const ahead = new Date(Date.parse(published) + 600_000).toISOString();
  await writeFile(blob, `[${undelivered('undelivered in another schema', published)},\n${undelivered('ahead in another schema', ahead)}]`);
  const { code, stdout } = await test.command('redrive', blob);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /^\S+:1 {2}redriven {2}redrive\/undelivered in another schema\n\S+:2 {2}still refused: time-in-future {2}time: .*\n$/,
    ),
  ]);
  await eventually(() => expect(kindsOf('undelivered in another schema')).toEqual([['session-connected', 'client-online']]));
  const [logged] = test.topic('events').of(NAMESPACE, 'undelivered in another schema');
  expect(JSON.parse(String(logged?.value))).toMatchObject({
    ...{ specversion: '1.0', type: 'Microsoft.EventGrid.MQTTClientSessionConnected', dataversion: '1' },
    ...{ deadletterreason: 'MaxDeliveryAttemptsExceeded', publishtime: published },
  });
});

it.each([
  { args: ['dead-letters', 'show', '0:999999999'], code: 1, says: 'there is no dead letter at 0:999999999, or no longer' },
  { args: ['dead-letters', 'redrive', '99:0'], code: 1, says: 'there is no dead letter at 99:0, or no longer' },
  { args: ['dead-letters', 'show', '17'], code: 2, says: 'expected PARTITION:OFFSET, such as 2:17' },
  { args: ['dead-letters', 'list', '--from', 'yesterday'], code: 2, says: 'expected a time such as 2026-11-20T10:00Z, or positions' },
  { args: ['redrive', '/nowhere/blob.json'], code: 2, says: 'cannot read /nowhere/blob.json: ENOENT' },
])('says in a line what is wrong with $args', async ({ args, code, says }) => {
  const { stderr, ...result } = await test.command(...args);
  expect(result).toEqual({ code, stdout: '' });
  expect(stderr).toMatch(/^rollcall: .*\n$/);
  expect(stderr).toContain(says);
});
