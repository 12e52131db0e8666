import { crc32 } from 'node:zlib';
import type { Change, ClientSnapshot, StoredSession } from '@rollcall/schema';
import { afterAll, expect, inject, it } from 'vitest';
import { inArray, single } from './event-hub.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';
import { decoded, text } from './topic-feed.ts';

const test = new RollcallUnderTest(inject('stack'));
afterAll(() => test[Symbol.asyncDispose]());

/** 128 characters with all that a name may hold: `: / { } %`, a space, an emoji. */
function longName(first: string): string {
  const name = `${first}: /{0:1}/100%25 🚚 `;
  return `${name}${'é'.repeat(128 - [...name].length)}`;
}

const NAMESPACE = longName('ns');
const CLIENT = longName('client');
const SESSION = longName('session');

/** As it is written by hand: odd spaces, members in another order, one that nobody knows. */
function connected(client: string, session: string, sequenceNumber: string, time = '2026-03-01T08:00:00.1234567Z'): string {
  const data = `{ "sequenceNumber" :${sequenceNumber},"clientSessionName":${JSON.stringify(session)},
    "namespaceName":${JSON.stringify(NAMESPACE)}, "clientAuthenticationName":${JSON.stringify(client)}, "more": 12345678901234567890 }`;
  return `{"id":"1", "specversion":"1.0","type":"Microsoft.EventGrid.MQTTClientSessionConnected", "source":"/s","time":"${time}","data":${data}}`;
}

/** `namespace/client`, percent-encoded by the rule, not by the code under test. */
function keyOf(client: string): string {
  return [NAMESPACE, client].map((name) => name.replaceAll('%', '%25').replaceAll('/', '%2F')).join('/');
}

interface State {
  readonly client: ClientSnapshot;
  readonly sessions: readonly StoredSession[];
}

it.each([
  ['the greatest, as a number', CLIENT, SESSION, '9223372036854775807', '9223372036854775807'],
  ['the greatest, as a string', `${CLIENT.slice(0, -1)}s`, SESSION, '"9223372036854775807"', '9223372036854775807'],
  ['the least', `${CLIENT.slice(0, -1)}l`, SESSION, '-9223372036854775808', '-9223372036854775808'],
  ['one that a double rounds', `${CLIENT.slice(0, -1)}r`, '__proto__', '9007199254740993', '9007199254740993'],
])('takes names of 128 characters and a sequence number through every hop: %s', async (_, client, session, literal, sequenceNumber) => {
  expect([NAMESPACE, client].map((name) => [...name].length)).toEqual([128, 128]);
  const event = connected(client, session, literal);
  await test.hub.send([inArray(event)]);

  const offset = expect.stringMatching(/^\d+$/);
  const since = '2026-03-01T08:00:00.1234567Z';
  const sessionSnapshot = {
    ...{ namespace: NAMESPACE, client, session, status: 'connected', since, sequenceNumber, connectedAt: since },
    ...{ counterRestarted: false, offset },
  };
  const clientSnapshot = {
    ...{ namespace: NAMESPACE, client, source: '/s', presence: 'online', since, offlineConfirmed: false, connectedSessions: 1 },
    ...{ rememberedSessions: 1, exists: 'unknown', offset },
  };
  const view = { client: clientSnapshot, sessions: [sessionSnapshot] };
  await eventually(async () => expect(await test.rollcall.client(NAMESPACE, client)).toEqual(view));
  expect(await test.rollcall.session(NAMESPACE, client, session)).toEqual(sessionSnapshot);
  expect(await test.json('client', NAMESPACE, client)).toEqual({ ...clientSnapshot, sessions: [sessionSnapshot] });
  expect((await test.command('session', NAMESPACE, client, session)).stdout).toContain(`${NAMESPACE}/${client}/${session}\n`);

  const key = keyOf(client);
  const [logged, changed, state] = await eventually(() => {
    const found = (['events', 'changes', 'state'] as const).map((topic) => {
      const records = test.topic(topic).records.filter((record) => record.key !== null && text(record.key) === key);
      expect(records).toHaveLength(1);
      return records[0];
    });
    return found;
  });
  if (!logged || !changed || !state) throw new TypeError('each topic has one record of the client');
  expect(text(logged.value)).toBe(event);
  expect([logged, changed, state].map(({ partition }) => partition)).toEqual(Array(3).fill(crc32(key) % PARTITIONS));
  expect(text(changed.value)).toContain(`"event":${event}}`);
  expect(decoded<Change>(changed)).toMatchObject({ client: clientSnapshot, session: sessionSnapshot });
  expect(decoded<State>(state)).toMatchObject({
    client: clientSnapshot,
    sessions: [{ session, status: 'connected', since, sequenceNumber }],
  });
});

it('folds on from what Redis has of them', async () => {
  const client = `${CLIENT.slice(0, -1)}f`;
  const later = '2026-03-01T09:00:00Z';
  await test.hub.send([single(connected(client, '__proto__', '9223372036854775806'))]);
  await eventually(async () => expect(await test.rollcall.client(NAMESPACE, client)).toBeDefined());
  await test.hub.send([single(connected(client, '__proto__', '9223372036854775807', later))]);
  await eventually(async () =>
    expect(await test.rollcall.session(NAMESPACE, client, '__proto__')).toMatchObject({
      sequenceNumber: '9223372036854775807',
      counterRestarted: false,
    }),
  );
});

it('keeps apart what differs only in case, or only in where a slash stands', async () => {
  const events = [connected('pump', 'S', '1'), connected('Pump', 's', '2'), connected('pump', 's', '3'), connected('pump/S', 's', '4')];
  await test.hub.send(events.map(single));
  await eventually(async () => {
    const views = await Promise.all(['pump', 'Pump', 'pump/S'].map((client) => test.rollcall.client(NAMESPACE, client)));
    const numbers = views.map((view) => view?.sessions.map(({ session, sequenceNumber }) => [session, sequenceNumber]));
    expect(numbers).toEqual([
      [
        ['S', '1'],
        ['s', '3'],
      ],
      [['s', '2']],
      [['s', '4']],
    ]);
  });
});

it('counts and lists reasons that are also names of every JavaScript object', async () => {
  const reasons = ['__proto__', 'constructor', 'ConnectionLost'];
  const events = reasons.map((reason, n) =>
    connected(`odd reason ${n}`, 's', '1')
      .replace('SessionConnected', 'SessionDisconnected')
      .replace('"sequenceNumber"', `"disconnectionReason":"${reason}","sequenceNumber"`),
  );
  await test.hub.send(events.map(single));
  await eventually(async () => {
    const [counts] = await test.rollcall.counts(NAMESPACE);
    expect(Object.entries(counts?.reason ?? {}).sort()).toEqual([
      ['ConnectionLost', 1],
      ['__proto__', 1],
      ['constructor', 1],
    ]);
  }, 5_000);
  expect(await test.json('clients', NAMESPACE, '--reason', '__proto__')).toMatchObject({
    clients: [{ client: 'odd reason 0', disconnectionReason: '__proto__' }],
  });
});
